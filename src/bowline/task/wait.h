// Waiting for time: sleep, yield, and `within`, the deadline that covers everything inside it.
#pragma once

#include "bowline/base/error.h"
#include "bowline/task/suspended.h"
#include "bowline/task/task.h"
#include "bowline/task/timer.h"

namespace bowline {

// Throws the Error that ends a wait of `context`, which was cancelled: "ACTION: timed out after 5
// s" or "ACTION: cancelled".
Error cancelled_error(const Context& context, std::string_view action);

class [[nodiscard]] Sleep : private Suspended, private Timer {
 public:
  explicit Sleep(Duration wait) : wait_(wait) {}

  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiting) {
    coroutine = awaiting;
    return begin(*awaiting.promise().context);
  }
  void await_resume() { result().value(); }
  Result<void> result();

 private:
  bool begin(Context& context);
  void fire() override;
  void ask_to_end() override;

  Duration wait_;
  Context* context_ = nullptr;
  bool waiting_ = false;
  bool cancelled_ = false;
};

// co_await sleep(wait): goes on after `wait` (never early). Cancellation ends it with an Error.
inline Sleep sleep(Duration wait) {
  return Sleep(wait);
}

struct [[nodiscard]] Yield : Suspended {
  bool await_ready() const { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> awaiting) {
    coroutine = awaiting;
    awaiting.promise().context->scheduler().ready(*this);
  }
  void await_resume() const {}
};

// co_await yield(): lets everything else that is ready run first.
inline Yield yield() {
  return {};
}

// A context inside another, with a deadline of its own. A task enters it by awaiting it: what it
// awaits from then on, until this goes, is cancelled, with timed_out as the reason, `limit` from
// now.
class TimeLimit : private Context, private Timer, private Waiter {
 public:
  TimeLimit(Context& outer, Duration limit);
  ~TimeLimit();

  bool await_ready() const { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> awaiting) {
    inside_ = &awaiting.promise().context;
    *inside_ = this;
    return false;
  }
  void await_resume() const {}

 private:
  void fire() override { cancel(Ending::timed_out(limit_)); }
  void go_on() override {}  // it stands for what waits inside, and is never queued itself
  void ask_to_end() override { cancel(outer_.ending()); }

  Context& outer_;
  Context** inside_ = nullptr;  // the task's own pointer to its context
  Duration limit_;
};

// `awaitable`, ended with an Error that says timed_out when it takes longer than `limit`;
// everything it awaits in turn is covered. Zero or less ends at the first wait; `forever` never.
template <class A>
Task<Awaited<A>> within(Duration limit, A awaitable) {
  Context& outer = co_await current_context();
  TimeLimit time_limit(outer, limit);
  co_await time_limit;
  co_return co_await awaitable;
}

}  // namespace bowline
