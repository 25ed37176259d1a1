// Looking again for a short while before going to sleep: to sleep and be woken takes the kernel
// longer than most answers take to come. It adapts: after a wait that was long a loop sleeps at
// once, so an idle one uses no time, and so does one to which events come from many.
#pragma once

#include "bowline/base/time.h"
#include "bowline/os/clock.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace bowline {

class Spin {
 public:
  // Events of many are the cheaper the more of them one sleep collects: looking is for those that
  // come alone, at least so many in a row, and from the same one or two.
  static constexpr unsigned alone_min = 4;

  // `limit` is how long to look at the most; zero is not at all.
  explicit Spin(Duration limit) : limit_(limit) {}

  // Waits until `until` with `look` and `sleep`, which give how many events have come: look()
  // returns at once, sleep() waits for them. `who` gives whose the only one is, never zero.
  template <class Look, class Sleep, class Who>
  void wait(Time until, Look look, Sleep sleep, Who who) {
    if (limit_ == Duration()) return void(sleep());
    unsigned come = look();
    if (come == 0) come = wait_longer(until, look, sleep);
    std::uint64_t only = come == 1 ? who() : 0;
    bool again = only != 0 && (only == last_ || only == before_);
    alone_ = again ? std::min(alone_ + 1, alone_min) : 0;
    if (only != last_) before_ = std::exchange(last_, only);
  }

 private:
  template <class Look, class Sleep>
  unsigned wait_longer(Time until, Look look, Sleep sleep) {
    Time begin = os::now();
    unsigned come = 0;
    if (last_wait_ <= worth * limit_ && alone_ == alone_min) {
      Time end = std::min(until, later(begin, limit_));
      while (come == 0 && os::now() < end) come = look();
    }
    if (come == 0) come = sleep();
    last_wait_ = os::now() - begin;
    return come;
  }

  // A wait with a sleep in it is longer by the waking: one that looking would have saved is worth
  // it.
  static constexpr int worth = 2;

  Duration limit_;
  Duration last_wait_ = forever;
  unsigned alone_ = 0;      // how many came so in a row, at most alone_min
  std::uint64_t last_ = 0;  // whose the last was, and the last of another
  std::uint64_t before_ = 0;
};

}  // namespace bowline
