// What a Stream is made of: something that does Ops in order, each direction for itself. A socket,
// an end of a pipe, and what is built on top of another stream all have this one shape.
#pragma once

#include "bowline/backend/backend.h"
#include "bowline/task/context.h"

#include <cerrno>
#include <string>

namespace bowline {

class Transport {
 public:
  virtual ~Transport() = default;  // closes; no Op may be under way
  // As Backend::submit and cancel, for the kinds receive, send and end.
  virtual bool submit(Op& op) = 0;
  virtual void cancel(Op& op) = 0;

  virtual Address local_address() const = 0;
  virtual Address peer_address() const = 0;
  // Zero or the negative number of an error. Options that mean nothing here do nothing.
  virtual int credentials(Credentials&) const { return -EOPNOTSUPP; }
  virtual int set_option(Option, int) { return 0; }
  // The handle below, or no_handle where there is none of its own.
  virtual Handle handle() const { return no_handle; }
  // For errors: where this leads, as a URL, and what to try.
  virtual std::string url() const = 0;
  virtual std::string advice(Attempted, int) const { return {}; }
};

// The awaiting of one Op: what all operations of streams and listeners are made of.
template <class Door>
class [[nodiscard]] OpAwait : protected Cancellable {
 public:
  OpAwait(Door& door, Op::Kind kind) : door_(&door) { op_.kind = kind; }

  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiting) {
    op_.coroutine = awaiting;
    return begin(*awaiting.promise().context);
  }

 protected:
  // Waits unless it is answered at once.
  bool begin(Context& context) {
    context_ = &context;
    if (context.cancelled()) {
      op_.result = -ECANCELED;
      return false;
    }
    if (door_->submit(op_)) {
      if (context.scheduler().may_go_on()) return false;
      context.scheduler().ready(op_);
      return true;
    }
    context.begin_wait(*this);
    return true;
  }
  void ask_to_end() override { door_->cancel(op_); }

  Door* door_;
  Context* context_ = nullptr;
  Op op_;
};

}  // namespace bowline
