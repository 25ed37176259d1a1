#include "bowline/task/slow_lane.h"

namespace bowline {

// It is in the loop's own queue as long as anybody waits.
void SlowLane::join(Waiter& waiter) {
  if (count_++ == 0) scheduler_.ready(*this);
  waiting_.push(waiter);
}

void SlowLane::go_on() {
  for (std::size_t left = 1 + count_ / share; left > 0 && count_ > 0; --left, --count_) {
    scheduler_.ready(*waiting_.pop());
  }
  if (count_ > 0) scheduler_.ready(*this);
}

}  // namespace bowline
