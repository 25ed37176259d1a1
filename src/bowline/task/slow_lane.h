// Where those wait that compute for long when they go on: a handshake, a piece of a message that is
// thousands of frames. In each turn of a loop a few of them do, so what is quick waits for these
// few only, however many there are.
#pragma once

#include "bowline/base/list.h"
#include "bowline/task/context.h"
#include "bowline/task/suspended.h"

#include <cstddef>

namespace bowline {

// One for each loop: Scheduler::ready_slowly().
class SlowLane final : private Waiter {
 public:
  explicit SlowLane(Scheduler& scheduler) : scheduler_(scheduler) {}

  // Has `waiter` go on when it is its turn.
  void join(Waiter& waiter);

 private:
  // Of those that wait one in so many goes on in a turn, and at least one.
  static constexpr std::size_t share = 16;

  void go_on() override;

  Scheduler& scheduler_;
  Queue<Waiter> waiting_;
  std::size_t count_ = 0;
};

// co_await slow_turn(): waits in the slow lane of its loop.
struct [[nodiscard]] SlowTurn : Suspended {
  bool await_ready() const { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> awaiting) {
    coroutine = awaiting;
    awaiting.promise().context->scheduler().ready_slowly(*this);
  }
  void await_resume() const {}
};

inline SlowTurn slow_turn() {
  return {};
}

}  // namespace bowline
