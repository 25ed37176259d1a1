// The context of a line of awaiting: from the task that a scope started down to the one thing it
// waits for. It is handed down by every co_await, and is how time, cancellation and the loop reach
// code that was never told of them. cancel() asks the thing at the bottom to end early; it answers
// as always, and only that answer ends the wait.
#pragma once

#include "bowline/base/list.h"
#include "bowline/base/time.h"
#include "bowline/base/waiter.h"

#include <system_error>

namespace bowline {

class Child;
class Timer;

// What tasks need of the loop that runs them.
class Scheduler {
 public:
  // `waiter` goes on in the loop's next turn, after those queued before it.
  virtual void ready(Waiter& waiter) = 0;
  // `child` has ended and goes as soon as nothing of it runs any more.
  virtual void retire(Child& child) = 0;
  virtual Time now() = 0;
  virtual void set(Timer& timer, Time at) = 0;
  virtual void clear(Timer& timer) = 0;

  // An operation was answered at once: may the task go straight on? After a number of them it has
  // to queue again, so that a connection that is always busy does not starve the others.
  bool may_go_on() { return --credit_ > 0; }

 protected:
  ~Scheduler() = default;
  int credit_ = 0;
};

// What a line waits for at its bottom, and can ask to end early.
class Cancellable {
 public:
  virtual void ask_to_end() = 0;

 protected:
  ~Cancellable() = default;
};

class Context {
 public:
  explicit Context(Scheduler& scheduler) : scheduler_(&scheduler) {}
  Context(const Context&) = delete;

  Scheduler& scheduler() const { return *scheduler_; }
  bool cancelled() const { return reason_ != std::errc(); }
  // operation_canceled, or timed_out when a deadline was the reason; zero while not cancelled.
  std::errc reason() const { return reason_; }
  // With timed_out: how long the wait was allowed to last.
  Duration limit() const { return limit_; }

  // Everything this line awaits from now on ends at once, what it awaits now as soon as it can. The
  // first reason stays.
  void cancel(std::errc reason = std::errc::operation_canceled, Duration limit = {});

  // The thing at the bottom says so when it begins to wait, and again when its wait is over.
  void begin_wait(Cancellable& bottom) { bottom_ = &bottom; }
  void end_wait() { bottom_ = nullptr; }

 private:
  Scheduler* scheduler_;
  Cancellable* bottom_ = nullptr;
  Duration limit_{};
  std::errc reason_{};
};

// co_await current_context(): the context that the awaiting task runs in.
struct current_context {
  Context* context = nullptr;

  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> handle) {
    context = handle.promise().context;
    return false;
  }
  Context& await_resume() const { return *context; }
};

}  // namespace bowline
