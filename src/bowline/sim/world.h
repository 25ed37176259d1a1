// A simulated world: hosts, the network between them, and one virtual clock, all in one thread. The
// servers and clients that run on the hosts are ordinary ones. One seed is one run, to the byte of
// the trace.
#pragma once

#include "bowline/sim/host.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bowline::sim {

struct WorldOptions {
  std::uint64_t seed = 1;
  Tracing trace = Tracing::text;
};

//   sim::World world({.seed = 7});
//   world.host("server").start(serve_echo, 7000);    // Task<> serve_echo(Network network, int
//   port) world.host("client").start(talk, "tcp://server:7000"); world.run_until([&] { return done;
//   }, 10s);
//
// What programs are given by reference must outlive the world, which ends them.
class World {
 public:
  explicit World(WorldOptions options = {});
  World(const World&) = delete;
  ~World();  // ends what still runs

  // The host of this name, made at the first call: with these addresses ("10.0.0.1", "fd00::1"), or
  // with the next of 10.0.0.1, 10.0.0.2 and so on. All know each other by name.
  Host& host(std::string_view name, const std::vector<std::string>& addresses = {});
  const std::vector<std::unique_ptr<Host>>& hosts() const { return hosts_; }

  // Lets the world go on until `done`, asked after each event, is true; false when it is not within
  // `limit` of virtual time. Throws what a host's program throws, and Error when time stands still
  // because a host is busy forever.
  bool run_until(const std::function<bool()>& done, Duration limit = std::chrono::hours(1));
  void run_for(Duration duration);
  // Until all programs have ended; false when they have not within `limit`.
  bool run(Duration limit = std::chrono::hours(1));
  // Does `work` when `wait` has passed, outside of all programs.
  void after(Duration wait, std::function<void()> work);

  // How long the world exists, on its clock.
  Duration elapsed() const { return fabric_.elapsed(); }
  std::uint64_t seed() const { return seed_; }
  // Chance for tests: its draws do not change what the network does.
  Random& random() { return random_; }

  // The rules between two hosts alone, and between all others. See Link.
  Link& link(const Host& one, const Host& other);
  Link& default_link() { return fabric_.links.between_all(); }
  void cut(const Host& one, const Host& other) { link(one, other).cut = true; }
  void heal(const Host& one, const Host& other) { link(one, other).cut = false; }
  // Cuts every link between one group and the other.
  void partition(const std::vector<Host*>& one, const std::vector<Host*>& other);
  // Heals all links, and lets all hosts that were paused go on.
  void heal();
  // Resets every connection between the two.
  void reset(const Host& one, const Host& other);

  // What follows may be called by a host's program too, and then happens after its turn.

  // The power is lost: the program's tasks end, and no peer is told.
  void crash(Host& host);
  // The program is killed: its system closes the sockets, so that peers learn of it.
  void kill(Host& host);
  // The program starts again, after a crash when it still ran.
  void restart(Host& host);
  // The program stands still, and its system's buffers fill: a slow reader.
  void pause(Host& host);
  void resume(Host& host);
  // Sends a signal (SIGTERM) to the program; one that does not watch for it is killed.
  void signal(Host& host, int number);

  // The sockets of all hosts, as a table of text, like netstat -an.
  std::string netstat() const;
  const std::string& trace() const { return fabric_.trace.text(); }
  std::uint64_t trace_hash() const { return fabric_.trace.hash(); }
  Fabric& fabric() { return fabric_; }

 private:
  struct Call;
  void step();
  void between_turns(std::function<void()> work);

  std::uint64_t seed_;
  Fabric fabric_;
  Random random_;
  std::vector<std::unique_ptr<Host>> hosts_;  // in the order they were made, which is their number
  std::map<std::uint64_t, std::unique_ptr<Call>> calls_;
  std::uint64_t call_count_ = 0;
  std::uint64_t events_at_once_ = 0;  // since the clock last moved
};

}  // namespace bowline::sim
