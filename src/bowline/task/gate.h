// A gate that tasks of one loop wait at until another opens it: how tasks that share something tell
// each other that it has changed. Who comes through looks again at what it waited for.
#pragma once

#include "bowline/base/error.h"
#include "bowline/task/suspended.h"
#include "bowline/task/task.h"

namespace bowline {

class Gate {
 public:
  class Passing;

  Gate() = default;
  Gate(const Gate&) = delete;
  ~Gate() { BOWLINE_CHECK(waiting_.empty()); }

  // Lets all go on that wait, in the order they came.
  void open();
  void close() { open_ = false; }
  // Lets those go on that wait now, and nobody who comes later.
  void pulse() {
    open();
    close();
  }

  // co_await gate.passed(): at once when it is open, else when somebody opens it. Cancellation ends
  // the wait with an Error.
  Passing passed();

 private:
  bool open_ = false;
  Queue<Waiter> waiting_;
};

class [[nodiscard]] Gate::Passing : public Suspended {
 public:
  explicit Passing(Gate& gate) : gate_(&gate) {}

  bool await_ready() const { return gate_->open_; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    coroutine = handle;
    return begin(*handle.promise().context);
  }
  void await_resume() { result().value(); }
  Result<void> result();

 private:
  friend class Gate;
  bool begin(Context& context);
  void let_go();
  void ask_to_end() override;

  Gate* gate_;
  Context* context_ = nullptr;
  bool waiting_ = false;
  bool cancelled_ = false;
};

inline Gate::Passing Gate::passed() {
  return Passing(*this);
}

}  // namespace bowline
