#include "bowline/sim/host.h"

#include "bowline/sim/world.h"
#include "tests/support/sim_echo.h"

#include <gtest/gtest.h>

namespace bowline::sim {
namespace {

using namespace std::chrono_literals;
using namespace testing;

Task<> count_up(Loop& loop, int* count, Duration* began) {
  ++*count;
  *began = loop.now() - Fabric::beginning;
  co_await sleep(1s);
}

TEST(Host, runs_programs_that_take_a_loop_or_a_network) {
  World world;
  int count = 0;
  Duration began{};
  world.host("a").start(count_up, &count, &began);
  world.host("b").start(
      [](Network network, int* more) -> Task<> {
        ++*more;
        network.now();
        co_return;
      },
      &count);
  EXPECT_TRUE(world.run(10s));
  EXPECT_EQ(count, 2);
  EXPECT_EQ(began, 0s);
}

TEST(Host, has_an_address_for_each_port) {
  World world;
  EXPECT_EQ(world.host("a").address(80).text(), "10.0.0.1:80");
  EXPECT_EQ(world.host("b", {"fd00::1", "10.9.9.9"}).address().host(), "fd00::1");
  EXPECT_EQ(&world.host("a"), &world.host("a"));
}

TEST(Host, tells_its_program_the_virtual_time) {
  World world;
  Duration slept{};
  world.host("a").start(
      [](Network network, Duration* passed) -> Task<> {
        Time begin = network.now();
        co_await sleep(90min);
        *passed = network.now() - begin;
      },
      &slept);
  EXPECT_TRUE(world.run(2h));
  EXPECT_EQ(slept, 90min);
}

TEST(Host, that_is_slow_takes_time_for_each_turn) {
  World world;
  std::string answer;
  world.host("server").start(echo_server, ":7000");
  world.host("server").rules().turn_time = 100ms;
  world.host("client").start(echo_client, "tcp://server:7000", "hello", &answer);
  EXPECT_TRUE(world.run_until([&] { return answer == "hello"; }, 10s));
  EXPECT_GT(world.elapsed(), 200ms);
}

TEST(Host, ends_tasks_of_every_kind_when_it_crashes) {
  World world;
  int ended = 0;
  struct Ending {
    int& count;
    ~Ending() { ++count; }
  };
  world.host("a").start(
      [](Network network, int* count) -> Task<> {
        Ending ending{*count};
        co_await with_scope(
            [](Scope& scope, Network on, int* ends) -> Task<> {
              scope.start([](int* of_sleep) -> Task<> {
                Ending end{*of_sleep};
                co_await sleep(1h);
              }(ends));
              scope.start([](Network net, int* of_lookup) -> Task<> {
                Ending end{*of_lookup};
                co_await net.resolve("nobody", 1);
              }(on, ends));
              Listener listener = co_await listen(on, ":7000");
              Stream never_comes = co_await within(1h, listener.accept());
            },
            network, count);
      },
      &ended);
  world.host("a").rules().lookup_time = 1h;
  world.run_for(1s);
  world.crash(world.host("a"));
  EXPECT_EQ(ended, 3);
  EXPECT_EQ(world.netstat().find("LISTEN"), std::string::npos);
}

}  // namespace
}  // namespace bowline::sim
