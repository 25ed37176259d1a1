// The context of a line of awaiting: from the task that a scope started down to the one thing it
// waits for. It is handed down by every co_await, and is how time, cancellation and the loop reach
// code that was never told of them. cancel() asks the thing at the bottom to end early; it answers
// as always, and only that answer ends the wait.
#pragma once

#include "bowline/base/list.h"
#include "bowline/base/time.h"
#include "bowline/base/waiter.h"

#include <coroutine>

namespace bowline {

class Child;
class Timer;
template <class T = void>
class Task;

// What tasks need of the loop that runs them.
class Scheduler {
 public:
  // `waiter` goes on in the loop's next turn, after those queued before it.
  virtual void ready(Waiter& waiter) = 0;
  // The same for who computes for long when it goes on: when it is its turn in the slow lane.
  virtual void ready_slowly(Waiter& waiter) = 0;
  // `child` has ended and goes as soon as nothing of it runs any more.
  virtual void retire(Child& child) = 0;
  // Runs `task`, beside all others, until it ends: the loop waits for it as for what it was given
  // to run. It must see to its own failures.
  virtual void start(Task<> task) = 0;
  // Whether it runs tasks, these that are started included.
  virtual bool running() const = 0;
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

// Whether a line is to end, and why: somebody asked, or its time is over.
class Ending {
 public:
  Ending() = default;
  static Ending cancelled() { return Ending(Duration::min() + Duration(1)); }
  // A deadline that allowed `limit`.
  static Ending timed_out(Duration limit) { return Ending(limit); }

  bool asked() const { return limit_ != Duration::min(); }
  bool is_timeout() const { return limit_ > Duration::min() + Duration(1); }
  Duration limit() const { return limit_; }  // of a timeout

 private:
  explicit Ending(Duration limit) : limit_(limit) {}
  Duration limit_ = Duration::min();
};

class Context {
 public:
  explicit Context(Scheduler& scheduler) : scheduler_(&scheduler) {}
  Context(const Context&) = delete;

  Scheduler& scheduler() const { return *scheduler_; }
  bool cancelled() const { return ending_.asked(); }
  Ending ending() const { return ending_; }

  // Everything this line awaits from now on ends at once, what it awaits now as soon as it can. The
  // first reason stays.
  void cancel(Ending ending = Ending::cancelled());

  // The thing at the bottom says so when it begins to wait, and again when its wait is over.
  void begin_wait(Waiter& bottom) { bottom_ = &bottom; }
  void end_wait() { bottom_ = nullptr; }

 private:
  Scheduler* scheduler_;
  Waiter* bottom_ = nullptr;
  Ending ending_;
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
