// Faults: what may go wrong in a simulated world, chosen by a seed. Each begins at its time and is
// over some time later, so that a world in which they have all passed should work again.
#pragma once

#include "bowline/base/random.h"
#include "bowline/base/time.h"

#include <string>
#include <vector>

namespace bowline::sim {

class World;

struct Fault {
  enum class Kind {
    cut,            // a link carries nothing
    crash,          // a host loses its power, and starts again later
    kill,           // a host's program is killed, and starts again later
    pause,          // a host's program stands still
    reset,          // all connections of a link are reset
    slow_link,      // a link has a hundred times its latency, and jitter
    lossy_link,     // a link loses one packet of five
    short_io,       // reads and writes of a link are cut short
    small_buffers,  // the buffers of a link hold a few bytes
    refused,        // a link refuses new connections
    no_handles,     // a host's accept answers EMFILE
    no_names,       // a host's name servers do not answer
    lose,           // a link loses every second datagram
    duplicate,      // a link delivers every second datagram twice
    reorder,        // a link lets every second datagram be overtaken
  };

  Kind kind;
  Duration at;          // since the world began
  Duration lasting;     // until it is over
  std::uint64_t host;   // which host it strikes, and which other end of a link:
  std::uint64_t other;  // any numbers, taken as a choice among the hosts there are

  std::string text() const;
};

struct FaultPlan {
  std::size_t count = 6;
  Duration span = std::chrono::seconds(30);  // all are over by then
  std::vector<Fault::Kind> kinds;            // which may happen; none named: all
};

std::vector<Fault> choose_faults(Random& random, const FaultPlan& plan);

// Has `faults` happen in `world`. Hosts that are named in `spared` are not crashed, killed or
// paused. Links and hosts get back the rules they had when their fault began.
void schedule(World& world, const std::vector<Fault>& faults,
              const std::vector<std::string>& spared = {});

}  // namespace bowline::sim
