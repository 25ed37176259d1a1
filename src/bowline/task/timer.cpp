#include "bowline/task/timer.h"

#include "bowline/base/check.h"

#include <algorithm>

namespace bowline {

void Timers::set(Timer& timer, Time at) {
  BOWLINE_CHECK(timer.index_ == Timer::unset);
  timer.at_ = at;
  heap_.push_back(&timer);
  sift_up(&timer, heap_.size() - 1);
}

void Timers::clear(Timer& timer) {
  if (timer.index_ == Timer::unset) return;
  std::size_t hole = timer.index_;
  timer.index_ = Timer::unset;
  Timer* last = heap_.back();
  heap_.pop_back();
  if (last == &timer) return;
  if (hole > 0 && last->at_ < heap_[(hole - 1) / 2]->at_) {
    sift_up(last, hole);
  } else {
    sift_down(last, hole);
  }
}

void Timers::fire_due(Time now) {
  // What a timer sets while it fires may be due as well: the count keeps such a chain from holding
  // up everything else.
  for (std::size_t left = std::min(heap_.size(), fired_max); left > 0 && next() <= now; --left) {
    Timer& timer = *heap_.front();
    clear(timer);
    timer.fire();
  }
}

void Timers::place(Timer* timer, std::size_t index) {
  heap_[index] = timer;
  timer->index_ = index;
}

void Timers::sift_up(Timer* timer, std::size_t index) {
  while (index > 0) {
    std::size_t parent = (index - 1) / 2;
    if (heap_[parent]->at_ <= timer->at_) break;
    place(heap_[parent], index);
    index = parent;
  }
  place(timer, index);
}

void Timers::sift_down(Timer* timer, std::size_t index) {
  for (;;) {
    std::size_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->at_ < heap_[child]->at_) ++child;
    if (timer->at_ <= heap_[child]->at_) break;
    place(heap_[child], index);
    index = child;
  }
  place(timer, index);
}

}  // namespace bowline
