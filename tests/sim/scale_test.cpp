#include "bowline/sim/world.h"
#include "tests/support/sim_echo.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <chrono>
#include <ctime>

// How much fits into one simulated world, and how fast it goes by.
namespace bowline::sim {
namespace {

using namespace std::chrono_literals;
using namespace testing;

Task<> hold_one(Network network, std::size_t* held) {
  Stream stream = co_await network.connect(Address::parse_ip("10.0.0.1", 7000).value());
  co_await stream.write_all("x");
  Chunk chunk = co_await stream.read_some();
  chunk = Chunk();
  ++*held;
  Chunk end = co_await stream.read_some();
}

Task<> hold_many(Network network, std::size_t count, std::size_t* held) {
  auto begin = [](Scope& scope, Network on, std::size_t how_many, std::size_t* counter) -> Task<> {
    for (std::size_t index = 0; index < how_many; ++index) {
      scope.start(hold_one(on, counter));
      if (index % 500 == 0) co_await sleep(1ms);  // a backlog holds so many
    }
  };
  co_await with_scope(begin, network, count, held);
}

// Each message and its echo, for as long as the world goes on.
Task<> talk_every(Network network, Duration pause, std::size_t* messages) {
  Stream stream = co_await connect(network, "tcp://server:7000");
  std::string message(100, 'm');
  for (;;) {
    co_await stream.write_all(message);
    co_await stream.read_exactly(writable(message));
    ++*messages;
    co_await sleep(pause);
  }
}

// Of processor time: the machine may have more to do.
double seconds_since(std::clock_t began) {
  return static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
}

TEST(Scale, holds_a_hundred_thousand_connections) {
  constexpr std::size_t clients = 5;
  constexpr std::size_t each = 20'000;
  std::size_t held = 0;
  std::size_t before = ::mallinfo2().uordblks;
  std::clock_t began = std::clock();
  World world({.trace = Tracing::off});
  world.host("server").start(echo_server, "tcp://10.0.0.1:7000");
  for (std::size_t index = 0; index < clients; ++index) {
    world.host("client" + std::to_string(index)).start(hold_many, each, &held);
  }
  EXPECT_TRUE(world.run_until([&] { return held == clients * each; }, 5min)) << held;
  std::size_t bytes = (::mallinfo2().uordblks - before) / (clients * each);
  double took = seconds_since(began);
  RecordProperty("seconds", std::to_string(took));
  RecordProperty("bytes_each", static_cast<int>(bytes));
  EXPECT_LT(took, 60);
}

TEST(Scale, passes_an_hour_of_traffic_in_seconds) {
  std::size_t messages = 0;
  World world({.trace = Tracing::off});
  world.host("server").start(echo_server, ":7000");
  for (int index = 0; index < 20; ++index) {
    world.host("client" + std::to_string(index)).start(talk_every, 200ms, &messages);
  }
  std::clock_t began = std::clock();
  world.run_for(1h);
  double took = seconds_since(began);
  RecordProperty("seconds", std::to_string(took));
  EXPECT_EQ(world.elapsed(), 1h);
  EXPECT_GT(messages, 300'000u);
  EXPECT_LT(took, 60);
}

}  // namespace
}  // namespace bowline::sim
