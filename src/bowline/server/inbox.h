// Work that other threads have for a loop which may end before it gets to it. Everything put in is
// done, once: by the loop while the inbox is open, else at once by who brings it.
#pragma once

#include "bowline/net/network.h"

#include <functional>
#include <memory>

namespace bowline {

class Inbox {
 public:
  explicit Inbox(Network network);

  // Both on the loop, which stays until close(); that does what is left.
  void open();
  void close();
  // Has `work` done; it must not put in anything itself. From any thread; never waits.
  void put(std::function<void()> work);

 private:
  struct State;
  std::shared_ptr<State> state_;  // also held by what was posted to the loop
};

}  // namespace bowline
