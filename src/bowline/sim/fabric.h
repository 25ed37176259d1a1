// What all parts of one simulated world share: its clock, what is going to happen, chance, the
// links, and the trace. Nothing in here knows what a socket is.
#pragma once

#include "bowline/sim/agenda.h"
#include "bowline/sim/link.h"
#include "bowline/sim/trace.h"

#include <string_view>
#include <vector>

namespace bowline {
class Address;
}

namespace bowline::sim {

class SimBackend;

struct Fabric {
  // Not zero, which means "at once" to a loop.
  static constexpr Time beginning{std::chrono::hours(1)};

  Fabric(std::uint64_t seed, Tracing tracing) : random(seed), trace(tracing) {}

  Duration elapsed() const { return now - beginning; }
  void note(std::string_view line) { trace.add(elapsed(), line); }
  // The system of the host that has `address`, or nullptr.
  SimBackend* system_at(const Address& address) const;
  // The addresses of a host's name, all with this port; empty when there is no such host.
  std::vector<Address> addresses_of(std::string_view name, std::uint16_t port) const;

  Time now = beginning;
  bool in_turn = false;  // a host's loop has its turn
  Agenda agenda;
  Random random;
  Links links;
  Trace trace;
  std::vector<SimBackend*> systems;  // of the hosts, by their numbers
};

}  // namespace bowline::sim
