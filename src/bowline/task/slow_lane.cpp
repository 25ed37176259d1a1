#include "bowline/task/slow_lane.h"

#include <list>
#include <utility>

namespace bowline {
namespace {

// One for each loop of this thread in which somebody waits, and some that were; outside of
// simulated worlds a thread has one loop.
thread_local std::list<SlowLane> lanes;

}  // namespace

void SlowLane::join(Scheduler& scheduler, Waiter& waiter) {
  SlowLane* lane = nullptr;
  for (SlowLane& each : lanes) {
    if (each.scheduler_ == &scheduler || (!lane && !each.scheduler_)) lane = &each;
  }
  if (!lane) lane = &lanes.emplace_back();
  if (!std::exchange(lane->scheduler_, &scheduler)) scheduler.ready(*lane);
  lane->waiting_.push(waiter);
  ++lane->count_;
}

void SlowLane::go_on() {
  for (std::size_t left = 1 + count_ / share; left > 0 && count_ > 0; --left, --count_) {
    scheduler_->ready(*waiting_.pop());
  }
  if (count_ > 0) return scheduler_->ready(*this);
  scheduler_ = nullptr;
}

}  // namespace bowline
