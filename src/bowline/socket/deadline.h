// When a call has to be done, made of any length of time: `auto head = client.recv_exactly(4,
// 5s)`. It is counted from when it is made, so one Deadline may cover many calls. When it
// passes, the call ends with an Error whose timed_out() is true.
#pragma once

#include "bowline/base/time.h"
#include "bowline/os/clock.h"

namespace bowline {

// `wait` in nanoseconds; what is too long for them (292 years) is `forever`, below zero is zero.
template <class Rep, class Period>
constexpr Duration saturated(std::chrono::duration<Rep, Period> wait) {
  std::chrono::duration<double> seconds = wait;
  if (!(seconds.count() > 0)) return Duration::zero();
  if (seconds >= std::chrono::duration<double>(forever)) return forever;
  return std::chrono::duration_cast<Duration>(wait);
}

class Deadline {
 public:
  // Not given: the socket's own timeout applies (Socket::set_timeout).
  Deadline() = default;
  template <class Rep, class Period>
  Deadline(std::chrono::duration<Rep, Period> wait)
      : given_(true), time_(later(os::now(), saturated(wait))) {}
  // Waits for as long as it takes, whatever the socket's timeout is.
  static Deadline none() { return at(never); }
  static Deadline at(Time time) {
    Deadline deadline;
    deadline.given_ = true;
    deadline.time_ = time;
    return deadline;
  }

  bool given() const { return given_; }
  Time time() const { return time_; }  // `never` when there is none
  // Zero once it has passed, `forever` when there is none.
  Duration remaining() const {
    if (time_ == never) return forever;
    Duration left = time_ - os::now();
    return left > Duration::zero() ? left : Duration::zero();
  }
  bool expired() const { return remaining() == Duration::zero(); }

 private:
  bool given_ = false;
  Time time_ = never;
};

}  // namespace bowline
