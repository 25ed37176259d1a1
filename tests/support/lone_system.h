// A simulated system that is a world of its own: when its loop has nothing to do, the clock moves
// on to what happens next. So tests that know one backend and nothing of a World run on it.
#pragma once

#include "bowline/sim/sim_backend.h"

#include <algorithm>

namespace bowline::testing {

struct OwnFabric {
  sim::Fabric own_fabric{1, sim::Tracing::off};
};

class LoneSystem : private OwnFabric, public sim::SimBackend {
 public:
  LoneSystem() : SimBackend(own_fabric, "lone", {Address::ipv4(0x0A000001, 0)}) { begin_program(); }
  ~LoneSystem() override { end_program(true); }

  // Each turn takes a moment, so that time passes for a loop that is always busy.
  void wait(Time until) override {
    sim::Fabric& world = own_fabric;
    Time turn_end = world.now + std::chrono::microseconds(20);
    while (world.agenda.next() <= turn_end) happen_next();
    world.now = turn_end;
    // `never` as the next: only another thread could wake it.
    while (!has_answers() && !woken_ && world.agenda.next() <= until) {
      if (world.agenda.next() == never) break;
      happen_next();
    }
    if (!has_answers() && !woken_ && until != never) world.now = std::max(world.now, until);
    woken_ = false;
  }
  void wake() override { woken_ = true; }

 private:
  void happen_next() {
    sim::Event& event = own_fabric.agenda.take();
    own_fabric.now = std::max(own_fabric.now, event.at());
    event.happen();
  }

  bool woken_ = false;
};

}  // namespace bowline::testing
