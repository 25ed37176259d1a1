#include "bowline/sim/world.h"

#include "tests/support/sim_echo.h"

#include <gtest/gtest.h>

#include <csignal>

namespace bowline::sim {
namespace {

using namespace std::chrono_literals;
using namespace testing;

class WorldTest : public ::testing::Test {
 protected:
  void start_server() { server_.start(echo_server, ":7000"); }
  void start_client() {
    answer_.clear();
    client_.start(echo_client, "tcp://server:7000", "hello", &answer_);
  }
  bool echoes(Duration limit = 10s) {
    start_client();
    world_.run_until([&] { return !client_.running(); }, limit);
    return answer_ == "hello";
  }

  // Before the world: programs write here until it has gone.
  std::string ended_;
  std::string answer_;
  World world_;
  Host& server_ = world_.host("server");
  Host& client_ = world_.host("client");
};

// Gives what reading ended with.
Task<> wait_for_end(Network network, std::string* ended) {
  Stream stream = co_await connect(network, "tcp://server:7000");
  Result<Chunk> chunk = co_await attempt(stream.read_some());
  *ended = chunk ? "end" : chunk.error().what();
}

Task<> sleep_often(Network, int times, Duration each) {
  for (int round = 0; round < times; ++round) co_await sleep(each);
}

TEST_F(WorldTest, runs_a_server_and_a_client) {
  start_server();
  EXPECT_TRUE(echoes()) << world_.trace();
  EXPECT_LT(world_.elapsed(), 100ms);
}

TEST_F(WorldTest, speaks_ipv6_and_every_name) {
  Host& six = world_.host("six", {"fd00::6"});
  Host& other = world_.host("other", {"fd00::7"});
  six.add_name("alias");
  six.start(echo_server, "tcp://[fd00::6]:7000");
  std::string answer;
  other.start(echo_client, "tcp://alias:7000", "hello", &answer);
  EXPECT_TRUE(world_.run_until([&] { return answer == "hello"; }, 10s));
}

TEST_F(WorldTest, fails_with_what_a_program_throws) {
  client_.start(echo_client, "tcp://server:7000", "hello", nullptr);
  try {
    world_.run_for(10s);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "connect to tcp://10.0.0.1:7000: connection refused: nothing is listening there");
  }
}

TEST_F(WorldTest, gives_up_when_the_limit_has_passed) {
  start_server();
  EXPECT_FALSE(world_.run_until([] { return false; }, 5s));
  EXPECT_EQ(world_.elapsed(), 5s);
  EXPECT_FALSE(world_.run(1s)) << "the server still runs";
}

TEST_F(WorldTest, stops_a_program_that_never_waits_for_time) {
  bool stop = false;
  client_.start(
      [](Network, bool* stopped) -> Task<> {
        while (!*stopped) co_await yield();
      },
      &stop);
  EXPECT_THROW(world_.run_for(1s), Error);
  stop = true;
  world_.run_for(1ms);
  EXPECT_FALSE(client_.running());
}

TEST_F(WorldTest, crash_tells_no_peer_and_kill_tells_all) {
  for (bool kill : {false, true}) {
    start_server();
    ended_.clear();
    client_.start(wait_for_end, &ended_);
    world_.run_for(1s);
    kill ? world_.kill(server_) : world_.crash(server_);
    EXPECT_FALSE(server_.running());
    EXPECT_EQ(server_.is_up(), kill);
    world_.run_for(10s);
    EXPECT_EQ(ended_, kill ? "end" : "");
    world_.crash(client_);
  }
}

TEST_F(WorldTest, restart_runs_the_program_again) {
  start_server();
  EXPECT_TRUE(echoes());
  world_.crash(server_);
  EXPECT_ANY_THROW(echoes(300s));
  world_.restart(server_);
  EXPECT_TRUE(echoes());
  world_.restart(server_);
  EXPECT_TRUE(echoes()) << "also while it runs";
}

TEST_F(WorldTest, cut_stalls_and_heal_lets_go_on) {
  start_server();
  world_.partition({&server_}, {&client_});
  EXPECT_FALSE(echoes(5s));
  world_.heal();
  EXPECT_TRUE(world_.run_until([&] { return !client_.running(); }, 15s)) << world_.trace();
}

TEST_F(WorldTest, reset_cuts_all_connections_of_two_hosts) {
  start_server();
  client_.start(wait_for_end, &ended_);
  world_.run_for(1s);
  world_.reset(client_, server_);
  world_.run_for(1s);
  EXPECT_NE(ended_.find("connection reset by peer"), std::string::npos) << ended_;
}

TEST_F(WorldTest, paused_program_reads_nothing_until_it_goes_on) {
  start_server();
  world_.run_for(1s);
  world_.pause(server_);
  EXPECT_FALSE(echoes(10s));
  world_.resume(server_);
  EXPECT_TRUE(world_.run_until([&] { return !client_.running(); }, 1s));
}

TEST_F(WorldTest, signal_reaches_who_watches_and_kills_who_does_not) {
  int got = 0;
  client_.start(
      [](Network network, int* number) -> Task<> {
        Task<int> signal = network.signal({SIGTERM});
        *number = co_await signal;
      },
      &got);
  start_server();
  world_.run_for(1s);
  world_.signal(client_, SIGTERM);
  world_.signal(server_, SIGTERM);
  world_.run_for(1s);
  EXPECT_EQ(got, SIGTERM);
  EXPECT_FALSE(server_.running());
}

TEST_F(WorldTest, program_may_crash_its_own_host) {
  client_.start(
      [](Network, World* world, Host* host) -> Task<> {
        world->crash(*host);
        co_await sleep(1h);
      },
      &world_, &client_);
  world_.run_for(1s);
  EXPECT_FALSE(client_.running());
}

TEST_F(WorldTest, shows_its_sockets_like_netstat) {
  start_server();
  client_.start(wait_for_end, &ended_);
  world_.run_for(1s);
  EXPECT_EQ(world_.netstat(),
            "Proto  Host          Recv-Q  Send-Q Local Address            Foreign Address          "
            "State\n"
            "tcp    server             0       0 0.0.0.0:7000             *                        "
            "LISTEN\n"
            "tcp    server             0       0 10.0.0.1:7000            10.0.0.2:32768           "
            "ESTABLISHED\n"
            "tcp    client             0       0 10.0.0.2:32768           10.0.0.1:7000            "
            "ESTABLISHED\n");
}

std::string trace_of(std::uint64_t seed) {
  World world({.seed = seed});
  world.default_link() = {.jitter = 2ms, .loss = 0.1, .short_reads = 0.3, .short_writes = 0.3};
  std::string answers[5];
  world.host("server").start(echo_server, ":7000");
  for (int index = 0; index < 5; ++index) {
    std::string text(20'000, char('a' + index));
    world.host("client" + std::to_string(index))
        .start(echo_client, "tcp://server:7000", text, &answers[index]);
  }
  world.after(100ms, [&] { world.cut(world.host("server"), world.host("client2")); });
  world.after(2s, [&] { world.heal(); });
  world.run_for(60s);
  for (std::string& answer : answers) EXPECT_EQ(answer.size(), 20'000u);
  return world.trace();
}

TEST(World, of_one_seed_is_the_same_to_the_byte) {
  std::string first = trace_of(1);
  EXPECT_GT(first.size(), 10'000u);
  EXPECT_TRUE(first == trace_of(1));
  EXPECT_FALSE(first == trace_of(2));
}

TEST(World, of_one_seed_is_the_same_on_every_machine) {
  World world({.seed = 42, .trace = Tracing::hash});
  world.default_link().jitter = 5ms;
  world.host("server").start(echo_server, ":7000");
  std::string answer;
  world.host("client").start(echo_client, "tcp://server:7000", std::string(5000, 'x'), &answer);
  world.run_until([&] { return !world.host("client").running(); });
  EXPECT_EQ(world.trace_hash(), 13359776938396169941u);
}

TEST(World, passes_an_hour_of_many_timers_in_little_time) {
  World world({.trace = Tracing::off});
  for (int index = 0; index < 20; ++index) {
    world.host("host" + std::to_string(index)).start(sleep_often, 3600, 1s);
  }
  EXPECT_TRUE(world.run(2h));
  EXPECT_EQ(world.elapsed(), 1h);
}

}  // namespace
}  // namespace bowline::sim
