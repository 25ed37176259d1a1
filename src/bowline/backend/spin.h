// Looking again for a short while before going to sleep: to sleep and be woken takes the kernel
// longer than most answers take to come. It adapts: after a wait that was long a loop sleeps at
// once, so an idle one uses no time.
#pragma once

#include "bowline/base/time.h"
#include "bowline/os/clock.h"

#include <algorithm>

namespace bowline {

class Spin {
 public:
  // `limit` is how long to look at the most; zero is not at all.
  explicit Spin(Duration limit) : limit_(limit) {}

  // Waits until `until` with `look` and `sleep`: look() returns at once, true when something has
  // come; sleep() waits for it.
  template <class Look, class Sleep>
  void wait(Time until, Look look, Sleep sleep) {
    if (limit_ == Duration()) return sleep();
    if (look()) return;
    Time begin = os::now();
    bool come = false;
    if (last_wait_ <= worth * limit_) {
      Time end = std::min(until, later(begin, limit_));
      while (!come && os::now() < end) come = look();
    }
    if (!come) sleep();
    last_wait_ = os::now() - begin;
  }

 private:
  // A wait with a sleep in it is longer by the waking: one that looking would have saved is worth
  // it.
  static constexpr int worth = 2;

  Duration limit_;
  Duration last_wait_ = forever;
};

}  // namespace bowline
