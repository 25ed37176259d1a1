// A gate that one task waits at until another of its loop opens it.
#pragma once

#include "bowline/task/suspended.h"
#include "bowline/task/task.h"

namespace bowline {

class Gate : private Suspended {
 public:
  void open();
  void close() { open_ = false; }

  // co_await gate.passed(): at once when it is open, else when somebody opens it. Cancellation ends
  // the wait; its Error is then thrown by whatever is awaited next. One task waits at a time.
  auto passed() { return Passing{this}; }

 private:
  struct Passing {
    Gate* gate;
    bool await_ready() const { return gate->open_; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle) {
      return gate->begin_wait(*handle.promise().context, handle);
    }
    void await_resume() const { gate->end_wait(); }
  };

  bool begin_wait(Context& context, std::coroutine_handle<> handle);
  void end_wait();
  void ask_to_end() override { wake(); }
  void wake();

  bool open_ = false;
  bool waiting_ = false;
  Context* context_ = nullptr;
};

}  // namespace bowline
