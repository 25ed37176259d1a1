// Points and lengths of time, in nanoseconds of the monotonic clock. Nothing here reads a clock:
// whoever has one (the operating system, a loop, a simulated world) passes `now` in.
#pragma once

#include <chrono>

namespace bowline {

using Duration = std::chrono::nanoseconds;
using Time = std::chrono::time_point<std::chrono::steady_clock, Duration>;

inline constexpr Time never = Time::max();
inline constexpr Duration forever = Duration::max();

// `now + wait`, and `never` when the sum would pass the end of time.
constexpr Time later(Time now, Duration wait) {
  return wait > never - now ? never : now + wait;
}

}  // namespace bowline
