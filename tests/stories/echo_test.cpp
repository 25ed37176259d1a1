#include "bowline/sim/story.h"
#include "tests/support/sim_echo.h"

#include <gtest/gtest.h>

// Clients of an echo server over many seeds of faults: what came back is what was sent, and nothing
// twice, as far as it came back.
namespace bowline {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using sim::Fault;
using sim::World;

// Byte number `index` of client `client`: tells a byte that is lost, doubled or of another.
char byte_at(std::size_t client, std::size_t index) {
  return static_cast<char>((client * 131 + index * 31 + index / 251) & 0xFF);
}

struct Progress {
  std::size_t client = 0;
  std::size_t confirmed = 0;  // bytes that came back
  std::size_t connections = 0;
  std::string wrong;
};

Task<> send_from(Stream* stream, Progress* progress, std::size_t begin, std::size_t size) {
  std::string text;
  for (std::size_t index = begin; index < size; ++index) {
    text += byte_at(progress->client, index);
  }
  co_await stream->write_all(text);
}

Task<> receive_rest(Scope& scope, Stream* stream, Progress* progress, std::size_t size) {
  scope.start(send_from(stream, progress, progress->confirmed, size));
  while (progress->confirmed < size) {
    Chunk chunk = co_await stream->read_some();
    if (chunk.empty()) throw make_error(ECONNRESET, "the server ended the stream");
    for (char c : chunk.text()) {
      if (c != byte_at(progress->client, progress->confirmed)) progress->wrong = "a wrong byte";
      ++progress->confirmed;
    }
  }
}

Task<> talk_once(Network network, Progress* progress, std::size_t size) {
  Stream stream = co_await within(5s, connect(network, "tcp://server:7000"));
  ++progress->connections;
  co_await within(20s, with_scope(receive_rest, &stream, progress, size));
}

// Connects again, after a pause, until `size` bytes have come back.
Task<> talk_until_done(Network network, Progress* progress, std::size_t size) {
  while (progress->confirmed < size) {
    Result<void> talked = co_await attempt(talk_once(network, progress, size));
    if (!talked) co_await sleep(500ms);
  }
}

void echo_over_faults(World& world) {
  constexpr std::size_t size = 30'000;
  world.default_link().jitter = 1ms;
  world.host("server").start(echo_server, ":7000");
  Progress progress[3];
  for (std::size_t index = 0; index < 3; ++index) {
    progress[index].client = index;
    world.host("client" + std::to_string(index)).start(talk_until_done, &progress[index], size);
  }
  auto done = [&] {
    for (Progress& one : progress) {
      if (one.confirmed < size && one.wrong.empty()) return false;
    }
    return true;
  };
  sim::require(world.run_until(done, 10min), "not all came back\n" + world.netstat());
  for (Progress& one : progress) sim::require(one.wrong.empty(), one.wrong);
  world.run_for(5s);
  for (Progress& one : progress) sim::require(one.confirmed == size, "more came than was sent");
}

TEST(Stories, echo_neither_loses_nor_doubles_a_byte) {
  sim::StoryOptions options{.seeds = 150, .faults = {.count = 8, .span = 20s}};
  sim::StoryResult result =
      sim::tell("Stories.echo_neither_loses_nor_doubles_a_byte", options, echo_over_faults);
  EXPECT_TRUE(result.passed) << result.report;
}

void reconnect_across_restarts(World& world) {
  constexpr std::size_t size = 100'000;
  world.default_link().bandwidth = 50'000;
  world.host("server").start(echo_server, ":7000");
  Progress progress;
  world.host("client").start(talk_until_done, &progress, size);
  for (Duration at : {500ms, 1500ms, 3000ms}) {
    Duration moment = at + Duration(world.random().below(400'000'000));
    bool kill = world.random().chance(0.5);
    world.after(moment, [&world, kill] {
      sim::Host& server = world.host("server");
      kill ? world.kill(server) : world.crash(server);
    });
    world.after(moment + 200ms, [&world] { world.restart(world.host("server")); });
  }
  bool done = world.run_until([&] { return progress.confirmed == size; }, 10min);
  sim::require(done && progress.wrong.empty(), "the client did not get through");
  sim::require(progress.connections > 1, "the restarts were not noticed");
}

TEST(Stories, client_that_connects_again_gets_through_restarts) {
  sim::StoryOptions options{.seeds = 100, .faults = {.count = 0}};
  sim::StoryResult result = sim::tell("Stories.client_that_connects_again_gets_through_restarts",
                                      options, reconnect_across_restarts);
  EXPECT_TRUE(result.passed) << result.report;
}

}  // namespace
}  // namespace bowline
