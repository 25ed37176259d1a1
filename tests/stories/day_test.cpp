#include "bowline/client/client.h"
#include "bowline/server/server.h"
#include "bowline/sim/fault.h"
#include "bowline/sim/story.h"
#include "bowline/task/wait.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>

// A day of a server and its clients: they come and go, stay, read slowly, break off; the network
// and the hosts fail every few minutes, and the server is replaced every few hours. Nothing may be
// left of what has passed. BOWLINE_HOURS=24 lets it last that long.
namespace bowline {
namespace {

using namespace std::chrono_literals;
using Kind = ServerEvent::Kind;
using sim::World;

constexpr std::size_t host_count = 20;
constexpr int clients_per_host = 15;

struct Day {
  World* world;
  Duration length;
  bool over = false;         // nobody begins anything new
  std::size_t open = 0;      // connections that the server has let in
  std::size_t accepted = 0;  // by all servers
  std::size_t servers = 0;   // that ran, and those that ended in order
  std::size_t drained = 0;
  std::size_t answers = 0;  // that came as they should
  std::size_t broken = 0;   // visits that did not end well
  double memory_early = 0;  // MiB in use: means over the second twelfth of the day, and the last
  double memory_late = 0;

  Random& random() { return world->random(); }
  // Is there anybody to be served? The server is the first host.
  bool goes_on() const {
    return !over || std::any_of(world->hosts().begin() + 1, world->hosts().end(),
                                [](const auto& host) { return host->running(); });
  }
  Duration between(Duration low, Duration high) {
    return low + Duration(random().below(static_cast<std::uint64_t>((high - low).count())));
  }
};

void note(Day* day, const ServerEvent& event) {
  if (event.kind == Kind::accepted) ++day->open, ++day->accepted;
  if (event.kind == Kind::closed) --day->open;
}

Task<> echo(Stream stream) {
  while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
}

Task<> drain_after(Server* server, Day* day, Duration time) {
  for (Duration end = day->world->elapsed() + time;
       day->world->elapsed() < end && day->goes_on();) {
    co_await sleep(1s);
  }
  server->drain();
}

Task<> serve_once(Scope& scope, Network network, Day* day) {
  ServerOptions options;
  options.limits.idle_timeout = 1min;
  options.open.websocket.messages.ping_interval = 10s;
  options.open.websocket.messages.pong_timeout = 10s;
  options.observer = [day](const ServerEvent& event) { note(day, event); };
  Server server(network, options);
  server.add("tcp://:7000", echo);
  server.add("ws://:7001", echo);
  Duration shift = std::min<Duration>(3h, day->length / 4);
  Task<> draining = drain_after(&server, day, day->between(shift / 2, shift));
  scope.start(std::move(draining));
  co_await server.serve();
}

Task<> serve_all_day(Network network, Day* day) {
  while (day->goes_on()) {
    day->open = 0;  // power may have failed
    ++day->servers;
    co_await with_scope(serve_once, network, day);
    ++day->drained;
    sim::require(day->open == 0, "a connection was let in and never ended");
    co_await sleep(2s);
  }
}

// One that comes back: sends numbers, until each came back.
Task<> count_up(Scope& scope, Client* client, Day* day) {
  scope.start(client->run());
  std::uint64_t count = day->random().between(5, 100);
  for (std::uint64_t number = 1; number <= count && !day->over; ++number) {
    co_await client->send(std::to_string(number));
    for (std::uint64_t answer = 0; answer < number;) {
      Message message = co_await within(20min, client->receive());
      answer = std::stoull(std::string(message.text()));
      sim::require(answer <= number, "an answer came before its question");
    }
    client->acknowledge(number);
    ++day->answers;
    co_await sleep(day->between(100ms, 30s));
  }
  client->close();
}

Task<> come_back(Network network, Day* day, bool websocket) {
  ClientOptions options;
  options.connect.framing.kind = Framing::Kind::line;
  options.connect_timeout = 5s;
  options.peer_timeout = 10s;
  options.silence_max = 1min;
  options.outbox.until_acknowledged = true;
  while (!day->over) {
    Client client(network, websocket ? "ws://server:7001/" : "tcp://server:7000", options);
    co_await with_scope(count_up, &client, day);
    co_await sleep(day->between(1s, 1min));
  }
}

Task<> send_all(Stream* stream, const std::string* text) {
  co_await stream->write_all(*text);
}

Task<> read_all(Scope& scope, Stream* stream, const std::string* text, Day* day, Duration pause) {
  scope.start(send_all(stream, text));
  for (std::size_t count = 0; count < text->size();) {
    Chunk chunk = co_await stream->read_some();
    if (chunk.empty()) throw make_error(ECONNRESET, "the server ended the stream");
    sim::require(chunk.text() == text->substr(count, chunk.size()), "other bytes came back");
    count += chunk.size();
    if (pause > 0s) co_await sleep(pause);
  }
  ++day->answers;
}

// Says some things, small or large, and reads the answers at once or slowly.
Task<> visit(Network network, Day* day, bool websocket) {
  std::string url = websocket ? "ws://server:7001/" : "tcp://server:7000";
  Stream stream = co_await connect(network, url);
  for (std::uint64_t left = day->random().between(1, 10); left > 0; --left) {
    bool slowly = day->random().chance(0.1);
    std::string text(slowly ? 300'000 : day->random().between(1, 3000), 'v');
    co_await with_scope(read_all, &stream, &text, day, slowly ? 200ms : 0ms);
    co_await sleep(day->between(10ms, 5s));
  }
}

Task<> visit_often(Network network, Day* day) {
  while (!day->over) {
    bool websocket = day->random().chance(0.3);
    bool impatient = day->random().chance(0.2);
    Duration patience = impatient ? day->between(1ms, 500ms) : Duration(5min);
    Task<> visiting = within(patience, visit(network, day, websocket));
    Result<void> visited = co_await attempt(std::move(visiting));
    day->broken += !visited;
    co_await sleep(day->between(100ms, 20s));
  }
}

Task<> begin_clients(Scope& scope, Network network, Day* day) {
  for (int client = 0; client < clients_per_host; ++client) {
    if (client % 3 == 0) {
      scope.start(come_back(network, day, client % 2 == 0));
    } else {
      scope.start(visit_often(network, day));
    }
  }
  co_return;
}

Task<> be_clients(Network network, Day* day) {
  co_await with_scope(begin_clients, network, day);
}

// One fault after another, all day, of those that streams can meet.
std::vector<sim::Fault> faults_of(Day& day) {
  std::vector<sim::Fault> faults;
  Duration pause = std::min<Duration>(5min, day.length / 20);
  for (Duration at = pause; at < day.length; at += pause) {
    auto kind = static_cast<sim::Fault::Kind>(day.random().below(12));
    Duration lasting = day.between(1s, 1min);
    // The server is one of many hosts, yet it is what matters.
    std::uint64_t host = day.random().chance(0.3) ? 0 : day.random().below(host_count + 1);
    faults.push_back({kind, at, lasting, host, day.random().below(host_count + 1)});
  }
  return faults;
}

// Lets a twelfth of the day pass; gives the MiB in use meanwhile.
double memory_of_twelfth(World& world, const Day& day) {
  constexpr int samples = 25;
  double sum = 0;
  for (int sample = 0; sample < samples; ++sample) {
    world.run_for(day.length / 12 / samples);
    sum += static_cast<double>(::mallinfo2().uordblks) / (1 << 20);
  }
  return sum / samples;
}

// Gives the hash of all that happened.
std::uint64_t live_through(Day& day, std::uint64_t seed) {
  World world({.seed = seed, .trace = sim::Tracing::hash});
  day.world = &world;
  world.default_link().jitter = 1ms;
  world.host("server").start(serve_all_day, &day);
  for (std::size_t index = 0; index < host_count; ++index) {
    world.host("clients" + std::to_string(index)).start(be_clients, &day);
  }
  sim::schedule(world, faults_of(day));
  world.run_for(day.length / 12);
  day.memory_early = memory_of_twelfth(world, day);
  world.run_for(day.length / 12 * 9);
  day.memory_late = memory_of_twelfth(world, day);
  day.over = true;
  sim::require(world.run(1h), "not all programs ended\n" + world.netstat());
  world.run_for(20min);
  std::string sockets = world.netstat();
  sim::require(std::count(sockets.begin(), sockets.end(), '\n') == 1, "left over:\n" + sockets);
  return world.trace_hash();
}

Duration length_of_day() {
  const char* hours = std::getenv("BOWLINE_HOURS");
  return hours ? std::chrono::hours(std::stoi(hours)) : Duration(3min);
}

TEST(Stories, day_leaves_nothing_behind) {
  auto began = std::chrono::steady_clock::now();
  Day day{.world = nullptr, .length = length_of_day()};
  live_through(day, 1);
  EXPECT_GT(day.servers, 3u);
  EXPECT_GT(day.drained, 1u);
  EXPECT_GT(day.answers, 2 * day.broken);
  EXPECT_LT(day.memory_late, 1.5 * day.memory_early + 2);
  auto took = std::chrono::steady_clock::now() - began;
  std::printf("%zu servers, %zu connections, %zu answers, %zu visits cut short; ", day.servers,
              day.accepted, day.answers, day.broken);
  std::printf("%.2f MiB in use, at the end %.2f MiB; %.1f s\n", day.memory_early, day.memory_late,
              std::chrono::duration<double>(took).count());
}

TEST(Stories, day_is_the_same_for_the_same_seed) {
  auto hash = [](std::uint64_t seed) {
    Day day{.world = nullptr, .length = 30s};
    return live_through(day, seed);
  };
  std::uint64_t first = hash(7);
  EXPECT_EQ(hash(7), first);
  EXPECT_NE(hash(8), first);
}

}  // namespace
}  // namespace bowline
