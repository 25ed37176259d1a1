// What a Stream is made of: something that does Ops in order, each direction for itself. A socket,
// an end of a pipe, and what is built on top of another stream all have this one shape.
#pragma once

#include "bowline/backend/backend.h"
#include "bowline/task/context.h"
#include "bowline/task/frame_pool.h"

#include <cerrno>
#include <coroutine>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace bowline {

class Transport {
 public:
  virtual ~Transport() {  // no Op may be under way
    if (known_at_) *known_at_ = nullptr;
  }
  // Ends what there is to end and deletes this, now or when what was written has gone.
  virtual void close() { delete this; }
  static void* operator new(std::size_t size) { return take_frame(size); }
  static void operator delete(void* memory, std::size_t size) { give_back_frame(memory, size); }

  // As Backend::submit and cancel, for the kinds receive, send and end; the transport knows the
  // handle.
  virtual bool submit(Op& op) = 0;
  virtual void cancel(Op& op) = 0;
  // `op`, which had to wait, was answered: makes of it what it means up here. False when it has to
  // wait for more, and was submitted again below.
  virtual bool finish(Op&) { return true; }
  // Where there are messages: can one be had without waiting, and the one that can. An Op does the
  // same for more.
  virtual bool has_message() { return false; }
  virtual Chunk take_message(MessageKind&) { return {}; }
  // Takes a message that needs no waiting, and no Op; false, and nothing is done, when it does.
  virtual bool put_message(Bytes, MessageKind) { return false; }
  // A receive may bring memory of its own; else it takes what it is given.
  virtual bool fills_memory() const { return true; }

  // Ends what comes in from this side: reads give what is there, then the end. Where the protocol
  // has words for that, the peer hears `why`.
  virtual void end_input(std::string_view why) {
    if (Transport* below = beneath()) below->end_input(why);
  }
  // No more is to begin here than what is under way: a protocol of requests and answers says so
  // with the answer. Others go on as they are, until their input ends.
  virtual void begin_drain() {
    if (Transport* below = beneath()) below->begin_drain();
  }
  // Has anything been read or written, or been tried to, since this was last asked?
  virtual bool take_activity() {
    Transport* below = beneath();
    return !below || below->take_activity();
  }
  // `place` leads here from now on and until this goes, when it is set to null; any
  // other place is set to null at once. Null: none does.
  void be_known_at(Transport** place) {
    if (known_at_) *known_at_ = nullptr;
    known_at_ = place;
    if (place) *place = this;
  }
  // Whoever knows one of those beneath knows this one from now on.
  void be_known_above() {
    for (Transport* at = beneath(); at; at = at->beneath()) {
      if (!at->known_at_) continue;
      Transport** place = at->known_at_;
      at->be_known_at(nullptr);
      return be_known_at(place);
    }
  }

  virtual Address local_address() const = 0;
  virtual Address peer_address() const = 0;
  // Zero or the negative number of an error. Options that mean nothing here do nothing.
  virtual int credentials(Credentials&) const { return -EOPNOTSUPP; }
  virtual int set_option(Option, int) { return 0; }
  // The stream socket whose bytes these are, as they are; no_handle for layers and datagrams, and
  // where all that passes must pass here.
  virtual Handle handle() const { return no_handle; }
  // So much went past it, from one handle() to another.
  virtual void note_spliced(std::size_t received, std::size_t sent) {
    if (Transport* below = beneath()) below->note_spliced(received, sent);
  }
  // As Backend::queued, of the socket at the bottom; 0 where there is none.
  virtual std::size_t queued() {
    Transport* below = beneath();
    return below ? below->queued() : 0;
  }
  // The transport that this one is on top of, if it is.
  virtual Transport* beneath() { return nullptr; }
  // For errors: where this leads, as a URL, and what to try.
  virtual std::string url() const = 0;
  virtual std::string advice(Attempted, int) const { return {}; }

 private:
  Transport** known_at_ = nullptr;
};

struct TransportCloser {
  TransportCloser() = default;
  template <class T>
  TransportCloser(std::default_delete<T>) {}
  void operator()(Transport* transport) const { transport->close(); }
};
using TransportPointer = std::unique_ptr<Transport, TransportCloser>;

// The uppermost T of `top` and those beneath it, or null.
template <class T>
T* find_transport(Transport& top) {
  for (Transport* at = &top; at; at = at->beneath()) {
    if (auto* found = dynamic_cast<T*>(at)) return found;
  }
  return nullptr;
}

// The awaiting of one Op: what all operations of streams and listeners are made of. The Op lies in
// pooled memory and not in the awaiting coroutine's frame, which would hold one for each place that
// waits.
template <class Door>
class [[nodiscard]] OpAwait {
 public:
  OpAwait(Door& door, Op::Kind kind) : op_(new AwaitedOp(door, kind)) {}
  OpAwait() = default;  // no Op is needed

  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiting) {
    return op_->begin(awaiting, *awaiting.promise().context);
  }

 protected:
  struct AwaitedOp final : Op {
    AwaitedOp(Door& at, Kind what) : door(&at) { kind = what; }
    static void* operator new(std::size_t size) { return take_frame(size); }
    static void operator delete(void* op, std::size_t size) { give_back_frame(op, size); }

    // True unless it is answered at once.
    bool begin(std::coroutine_handle<> awaiting, Context& in) {
      context = &in;
      coroutine = awaiting;
      if (context->cancelled()) {
        result = -ECANCELED;
        return false;
      }
      unfinished = !door->submit(*this);
      if (unfinished) {
        context->begin_wait(*this);
        return true;
      }
      if (context->scheduler().may_go_on()) return false;
      context->scheduler().ready(*this);
      return true;
    }
    void go_on() override {
      if (unfinished && !door->finish(*this)) return;
      context->end_wait();
      coroutine.resume();
    }
    void ask_to_end() override { door->cancel(*this); }

    Door* door;
    Context* context = nullptr;
    std::coroutine_handle<> coroutine;
  };

  Door& door() const { return *op_->door; }
  // The context that was awaited in; nullptr when await_ready() made that needless.
  Context* context() const { return op_->context; }

  std::unique_ptr<AwaitedOp> op_;
};

}  // namespace bowline
