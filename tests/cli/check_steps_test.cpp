#include "cli/check_steps.h"

#include "bowline/sim/world.h"

#include <gmock/gmock.h>

namespace bowline::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Outcome = CheckStep::Outcome;

// Echoes to one client, after `greeting`.
Task<> serve_one(Network network, std::string greeting) {
  Listener listener = network.listen(Address::ipv4(0, 7000));
  Stream stream = co_await listener.accept();
  co_await stream.write_all(greeting);
  while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
}

Task<> check_into(Network network, const CheckOptions* options, CheckReport* report) {
  *report = co_await check_server(network, *options);
}

class CheckSteps : public ::testing::Test {
 protected:
  std::vector<std::string> check() {
    world_.host("client").start(check_into, &options_, &report_);
    EXPECT_TRUE(world_.run_until([this] { return !world_.host("client").running(); }, 1min));
    std::vector<std::string> names;
    for (const CheckStep& step : report_.steps) names.emplace_back(step.name);
    return names;
  }

  CheckOptions options_{.url = "tcp://server:7000"};
  CheckReport report_;
  sim::World world_;
};

TEST_F(CheckSteps, tell_each_step_with_its_time) {
  world_.default_link().latency = 10ms;
  world_.host("server").start(serve_one, std::string("welcome\r\n"));
  EXPECT_THAT(check(), ElementsAre("name", "tcp", "greeting"));
  EXPECT_FALSE(report_.failed());
  EXPECT_GE(report_.steps[1].duration, 20ms);
  EXPECT_EQ(report_.steps[2].text, "welcome");
}

TEST_F(CheckSteps, find_out_that_it_echoes) {
  options_.echo = true;
  world_.host("server").start(serve_one, std::string());
  EXPECT_THAT(check(), ElementsAre("name", "tcp", "greeting", "echo"));
  EXPECT_FALSE(report_.failed());
}

TEST_F(CheckSteps, end_with_the_first_that_fails) {
  world_.host("server");
  EXPECT_THAT(check(), ElementsAre("name", "tcp"));
  EXPECT_TRUE(report_.failed());
  EXPECT_THAT(report_.steps.back().text, HasSubstr("refused"));
}

TEST_F(CheckSteps, give_each_address_its_result) {
  world_.host("server", {"10.0.0.9", "fd00::9"}).start(serve_one, std::string("x"));
  check();
  ASSERT_EQ(report_.steps[1].details.size(), 2u);
  EXPECT_EQ(report_.steps[1].outcome, Outcome::warning);
}

TEST_F(CheckSteps, have_a_time_limit_each) {
  options_.timeout = 3s;
  world_.host("server").start(serve_one, std::string());
  world_.cut(world_.host("client"), world_.host("server"));
  check();
  EXPECT_TRUE(report_.failed());
  EXPECT_GE(report_.steps[1].duration, 3s);
  EXPECT_LT(report_.steps[1].duration, 4s);
}

}  // namespace
}  // namespace bowline::cli
