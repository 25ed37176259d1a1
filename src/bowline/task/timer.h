// A moment at which something happens, kept in a heap that is built of the timers themselves:
// setting and clearing one allocates nothing and costs O(log n).
#pragma once

#include "bowline/base/time.h"

#include <cstddef>
#include <vector>

namespace bowline {

class Timer {
 public:
  virtual void fire() = 0;  // called once, by the loop, when the time has come

 protected:
  ~Timer() = default;

 private:
  friend class Timers;
  static constexpr std::size_t unset = ~std::size_t(0);
  Time at_ = never;
  std::size_t index_ = unset;
};

class Timers {
 public:
  // `timer` fires at `at`. It must stay where it is until it has fired or was cleared.
  void set(Timer& timer, Time at);
  // Forgets `timer`; nothing happens when it is not set.
  void clear(Timer& timer);
  // What one call of fire_due() fires at most: between a thousand that are due at once, each of
  // which ends a connection, the network has its turn.
  static constexpr std::size_t fired_max = 32;
  // Fires those that are due, the earliest first, up to `fired_max`; those that are set meanwhile
  // wait for the next call.
  void fire_due(Time now);
  // The time of the earliest, or `never`.
  Time next() const { return heap_.empty() ? never : heap_.front()->at_; }
  std::size_t size() const { return heap_.size(); }

 private:
  void place(Timer* timer, std::size_t index);
  void sift_up(Timer* timer, std::size_t index);
  void sift_down(Timer* timer, std::size_t index);

  std::vector<Timer*> heap_;
};

}  // namespace bowline
