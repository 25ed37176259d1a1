// Looking again for a short while before going to sleep: to sleep and be woken takes the kernel
// longer than most answers take to come. It adapts: after a wait that was long a loop sleeps at
// once, so an idle one uses no time, and so does one to which many events come together.
#pragma once

#include "bowline/base/time.h"
#include "bowline/os/clock.h"

#include <algorithm>

namespace bowline {

class Spin {
 public:
  // Events that come many at a time are the cheaper the more of them one sleep collects: looking is
  // for those that come alone, at least so many in a row.
  static constexpr unsigned alone_min = 4;

  // `limit` is how long to look at the most; zero is not at all.
  explicit Spin(Duration limit) : limit_(limit) {}

  // Waits until `until` with `look` and `sleep`, which give how many events have come: look()
  // returns at once, sleep() waits for them.
  template <class Look, class Sleep>
  void wait(Time until, Look look, Sleep sleep) {
    if (limit_ == Duration()) return void(sleep());
    unsigned come = look();
    if (come == 0) come = wait_longer(until, look, sleep);
    alone_ = come == 1 ? std::min(alone_ + 1, alone_min) : 0;
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
  unsigned alone_ = 0;  // how many came alone since some came together, at most alone_min
};

}  // namespace bowline
