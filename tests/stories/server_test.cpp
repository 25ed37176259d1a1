#include "bowline/server/server.h"

#include "bowline/client/connect.h"
#include "bowline/sim/story.h"
#include "bowline/task/attempt.h"
#include "bowline/task/wait.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

// A server that drains while its clients, the network and other programs misbehave: it ends in its
// bound, and every connection that it let in has ended by then, once.
namespace bowline {
namespace {

using namespace std::chrono_literals;
using Kind = ServerEvent::Kind;
using sim::World;

constexpr Duration drain_timeout = 4s;

struct Ledger {
  std::set<std::uint64_t> open;
  std::uint64_t doubtful = 0;  // accepted or closed a second time
  bool stopping = false;
  bool stopped = false;
  Duration drained{};  // how long it took
};

void note(Ledger& ledger, const World& world, const ServerEvent& event) {
  if (event.kind == Kind::accepted) ledger.doubtful += !ledger.open.insert(event.connection).second;
  if (event.kind == Kind::closed) ledger.doubtful += ledger.open.erase(event.connection) != 1;
  if (event.kind == Kind::stopping) ledger.drained = world.elapsed();
  if (event.kind == Kind::stopped) ledger.drained = world.elapsed() - ledger.drained;
  ledger.stopping |= event.kind == Kind::stopping;
  ledger.stopped |= event.kind == Kind::stopped;
}

Task<> echo(Stream stream) {
  while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
}

// A handler that hears of no end.
Task<> hang(Stream stream) {
  Stream kept = std::move(stream);
  co_await sleep(forever);
}

Task<> serve_and_drain(Network network, World* world, Ledger* ledger, Duration wait) {
  ServerOptions options;
  options.limits.drain_timeout = drain_timeout;
  options.limits.idle_timeout = 5s;
  options.limits.connections_max = 6;
  options.limits.connections_per_address_max = 3;
  options.observer = [=](const ServerEvent& event) { note(*ledger, *world, event); };
  Server server(network, options);
  server.add("tcp://:7000", echo);
  server.add("ws://:7001", echo);
  server.add("any://:7002", world->random().chance(0.5) ? hang : echo);
  auto drain_later = [](Server* draining, Duration time) -> Task<> {
    co_await sleep(time);
    draining->drain();
  };
  auto both = [](Scope& scope, Server* serving, Task<> draining) -> Task<> {
    scope.start(std::move(draining));
    co_await serving->serve();
  };
  Task<> draining = drain_later(&server, wait);
  co_await with_scope(both, &server, std::move(draining));
}

Task<> talk(Network network, std::string url, std::size_t size) {
  Stream stream = co_await connect(network, url);
  std::string text(size, 'x');
  for (int round = 0; round < 20; ++round) {
    co_await stream.write_all(text);
    Chunk chunk = co_await stream.read_some();
    if (chunk.empty()) co_return;
    co_await sleep(100ms);
  }
}

// Comes again and again, patient or not, polite or not.
Task<> misbehave(Network network, World* world) {
  Random& random = world->random();
  for (;;) {
    std::string url = random.chance(0.3)   ? "ws://server:7001/"
                      : random.chance(0.5) ? "tcp://server:7002"
                                           : "tcp://server:7000";
    std::size_t size = random.chance(0.1) ? 100'000 : random.between(1, 2000);
    Duration patience = std::chrono::milliseconds(random.between(50, 3000));
    Task<> talking = within(patience, talk(network, url, size));
    Result<void> talked = co_await attempt(std::move(talking));
    co_await sleep(std::chrono::milliseconds(random.between(1, 500)));
  }
}

void drain_in_a_storm(World& world) {
  Ledger ledger;
  world.default_link().jitter = 2ms;
  world.default_link().short_reads = 0.1;
  Duration wait = std::chrono::milliseconds(world.random().between(100, 8000));
  sim::Host& server = world.host("server");
  server.start(serve_and_drain, &world, &ledger, wait);
  for (int client = 0; client < 3; ++client) {
    world.host("client" + std::to_string(client)).start(misbehave, &world);
  }
  sim::require(world.run_until([&] { return ledger.stopped; }, 30s),
               "the server did not stop\n" + world.netstat());
  sim::require(ledger.stopping && ledger.drained <= drain_timeout + 10ms,
               "the drain took longer than it may");
  sim::require(ledger.open.empty(), "a connection was let in and never ended");
  sim::require(ledger.doubtful == 0, "a connection was told of twice");
}

TEST(Stories, server_drains_in_its_bound_and_leaks_no_connection) {
  sim::StoryOptions options{.seeds = 200, .faults = {.count = 6, .span = 8s}, .spared = {"server"}};
  sim::StoryResult result = sim::tell("Stories.server_drains_in_its_bound_and_leaks_no_connection",
                                      options, drain_in_a_storm);
  EXPECT_TRUE(result.passed) << result.report;
}

}  // namespace
}  // namespace bowline
