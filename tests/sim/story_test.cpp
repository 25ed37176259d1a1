#include "bowline/sim/story.h"

#include "tests/support/sim_echo.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace bowline::sim {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using Kind = Fault::Kind;

// These stories are about the teller: what the environment says is for others.
class StoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"BOWLINE_SEED", "BOWLINE_SEEDS", "BOWLINE_FAULTS"}) ::unsetenv(name);
  }
  void TearDown() override { SetUp(); }
};

// Fails when a host crashed.
void no_crash(World& world) {
  world.host("a").start(echo_server, ":7000");
  world.host("b");
  world.run_until([&] { return !world.host("a").running(); }, 30s);
  require(world.host("a").running(), "a crashed");
}

TEST_F(StoryTest, is_told_for_every_seed) {
  std::vector<std::uint64_t> seeds;
  StoryResult result = tell("x", {.first_seed = 5, .seeds = 3},
                            [&](World& world) { seeds.push_back(world.seed()); });
  EXPECT_TRUE(result.passed);
  EXPECT_EQ(result.seeds, 3u);
  EXPECT_EQ(seeds, (std::vector<std::uint64_t>{5, 6, 7}));
}

TEST_F(StoryTest, that_fails_is_shrunk_to_the_faults_it_needs) {
  StoryResult result = tell("Story.fails", {.seeds = 100, .faults = {.count = 12}}, no_crash);
  ASSERT_FALSE(result.passed);
  ASSERT_EQ(result.faults.size(), 1u) << result.report;
  EXPECT_TRUE(result.faults[0].kind == Kind::crash || result.faults[0].kind == Kind::kill);
  EXPECT_EQ(result.failure, "a crashed");
  EXPECT_NE(result.report.find("repeat: BOWLINE_SEED="), std::string::npos);
  EXPECT_NE(result.report.find("--gtest_filter=Story.fails"), std::string::npos);
}

TEST_F(StoryTest, is_repeated_by_what_its_report_says) {
  StoryResult result = tell("x", {.seeds = 100}, no_crash);
  ASSERT_FALSE(result.passed);
  std::size_t begin = result.report.find("BOWLINE_FAULTS=") + 15;
  std::string faults = result.report.substr(begin, result.report.find(' ', begin) - begin);
  ::setenv("BOWLINE_SEED", std::to_string(result.seed).c_str(), 1);
  ::setenv("BOWLINE_FAULTS", faults.c_str(), 1);
  StoryResult again = tell("x", {.seeds = 100}, no_crash);
  EXPECT_EQ(again.seeds, 1u);
  EXPECT_EQ(again.report, result.report);
}

TEST_F(StoryTest, spares_the_hosts_it_names) {
  StoryOptions options{.seeds = 30, .spared = {"a"}};
  options.faults.kinds = {Kind::crash, Kind::kill, Kind::pause};
  EXPECT_TRUE(tell("x", options, no_crash).passed);
}

TEST_F(StoryTest, that_fails_without_faults_says_so) {
  StoryResult result = tell("x", {}, [](World&) { require(false, "always"); });
  EXPECT_TRUE(result.faults.empty());
  EXPECT_NE(result.report.find("no faults"), std::string::npos);
}

TEST_F(StoryTest, tells_as_many_seeds_as_the_environment_says) {
  ::setenv("BOWLINE_SEEDS", "4", 1);
  EXPECT_EQ(tell("x", {}, [](World&) {}).seeds, 4u);
}

}  // namespace
}  // namespace bowline::sim
