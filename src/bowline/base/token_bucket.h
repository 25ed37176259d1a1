// A limit on how much may come in a second: what is not used is saved up for a while, and what came
// beyond is owed. Time is an argument.
//
//   if (now < bucket.ready_at()) wait ... else bucket.take(size, now);
#pragma once

#include "bowline/base/time.h"

#include <algorithm>
#include <cstdint>

namespace bowline {

class TokenBucket {
 public:
  TokenBucket() = default;  // no limit
  // `rate` tokens a second, at most 10^10; 0: no limit. What comes in `burst` may be saved up, and
  // one token always.
  TokenBucket(std::uint64_t rate, Duration burst)
      : rate_(std::min(rate, rate_max)),
        saved_max_(rate ? std::max(burst - time_of(1), Duration()) : Duration()) {}

  bool limits() const { return rate_ > 0; }
  // From when on there is a token; `Time::min()` without a limit.
  Time ready_at() const { return rate_ ? earned_at_ - saved_max_ : Time::min(); }
  // Takes `count` tokens, those that are not there from the future.
  void take(std::uint64_t count, Time now) {
    if (rate_) earned_at_ = later(std::max(earned_at_, now), time_of(count));
  }

 private:
  static constexpr std::uint64_t rate_max = 10'000'000'000;

  // In which so many come, whole nanoseconds, rounded up.
  Duration time_of(std::uint64_t count) const {
    constexpr std::uint64_t second = 1'000'000'000;
    constexpr std::uint64_t seconds_max = forever.count() / second - 1;
    std::uint64_t rest = count % rate_ * second;
    return std::chrono::nanoseconds(std::min(count / rate_, seconds_max) * second +
                                    (rest + rate_ - 1) / rate_);
  }

  std::uint64_t rate_ = 0;
  Duration saved_max_{};  // a token less: who waits for the last one has it at once
  Time earned_at_{};      // when all that was taken has come
};

}  // namespace bowline
