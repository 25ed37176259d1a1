// Host names under ".slow.test", whose lookup lasts until the test lets it go on: this program's
// own getaddrinfo(3) waits for them and then answers 127.0.0.1. All other names go to the system.
#pragma once

namespace bowline::testing {

class SlowNames {
 public:
  SlowNames();  // one at a time
  SlowNames(const SlowNames&) = delete;
  ~SlowNames();  // lets all lookups go on and waits until they have

  // Waits until `count` lookups are under way at once.
  void wait_until_running(int count);
  // How many have begun so far.
  int begun();
  // From now on lookups do not wait; those under way go on.
  void let_go();
};

}  // namespace bowline::testing
