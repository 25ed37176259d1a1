// A host of a simulated world: addresses, names, a loop of its own, and one program that runs on
// it. Its files, so to say, are what the program keeps outside of its tasks: a crash does not touch
// it.
#pragma once

#include "bowline/loop/loop.h"
#include "bowline/sim/sim_backend.h"

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace bowline::sim {

// A host's loop, given to its program as what that takes: a Loop&, or anything that is made of one,
// as a Network is.
class OwnLoop {
 public:
  explicit OwnLoop(Loop& loop) : loop_(loop) {}
  operator Loop&() const { return loop_; }
  template <class T>
  requires std::constructible_from<T, Loop&>
  operator T() const { return T(loop_); }

 private:
  Loop& loop_;
};

class Host final : private Event {
 public:
  Host(Fabric& fabric, std::string name, std::vector<Address> addresses);
  ~Host();

  const std::string& name() const { return system_.host_name(); }
  // The first of its addresses, with this port.
  Address address(std::uint16_t port = 0) const;
  // Another name that lookups know it by.
  void add_name(std::string name) { system_.names().push_back(std::move(name)); }
  // What may be changed about it while the world runs.
  HostRules& rules() { return system_.rules(); }

  // Runs `program(network, arguments...)`, a Task<>, from the world's next step on; a restart runs
  // it again, with the same arguments. `network` may also be a Loop&. The host has no other program
  // running. An exception out of it ends the world's run.
  template <class Program, class... Arguments>
  void start(Program program, Arguments... arguments) {
    start_program([program = std::move(program), ... arguments = std::move(arguments)](
                      Loop& loop) -> Task<> { return program(OwnLoop(loop), arguments...); });
  }
  bool running() const { return loop_.running(); }
  bool is_up() const { return system_.is_up(); }
  // Work for its loop, as Loop::post.
  Loop& loop() { return loop_; }
  SimBackend& system() { return system_; }

 private:
  friend class World;
  void start_program(std::function<Task<>(Loop&)> program);
  void run_program();
  void end_program(bool power_lost);
  void pause() { paused_ = true; }
  void resume();
  void happen() override;  // a turn of its loop
  void set_next_turn();

  Fabric& fabric_;
  Loop loop_;
  SimBackend& system_;  // the loop's
  std::function<Task<>(Loop&)> program_;
  Time busy_until_{};
  bool paused_ = false;
};

}  // namespace bowline::sim
