// Threads for work that takes long or blocks, so that a loop need not stand still for it: at most
// so many at once, and so many more that wait for their turn.
#pragma once

#include "bowline/net/network.h"

#include <functional>
#include <memory>

namespace bowline {

struct WorkLimits {
  // Zero: the work is done by the loop's own thread at once, as a simulated world needs it.
  unsigned threads = 2;
  std::size_t waiting_max = 64;
};

class WorkThreads {
 public:
  explicit WorkThreads(WorkLimits limits = {});
  WorkThreads(const WorkThreads&) = delete;
  ~WorkThreads();  // waits for the work under way; nobody may still await any

  // Does `work` on one of the threads, from any loop. It can't be stopped once it runs: a cancelled
  // wait ends at once, and the work, which therefore owns all that it uses and throws nothing, goes
  // on alone. What did not begin never will. Throws Error: EAGAIN when too much waits already, or
  // when the system has no thread left.
  Task<> run(Network network, std::function<void()> work);

 private:
  struct Shared;
  class Turn;
  int begin(Turn& turn);
  int start_thread();

  std::unique_ptr<Shared> shared_;
};

}  // namespace bowline
