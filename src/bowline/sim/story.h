// A story is a test that is told over many seeds: each makes another world and other faults. One
// that fails is told again with fewer and fewer faults while it still fails; its report gives the
// seed, the faults that are left, and the one command that repeats it.
#pragma once

#include "bowline/sim/fault.h"
#include "bowline/sim/world.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bowline::sim {

// The environment can say otherwise: BOWLINE_SEED=7 tells that seed alone, BOWLINE_SEEDS=1000 that
// many, BOWLINE_FAULTS=2,5 only these of each seed's faults (BOWLINE_FAULTS= none).
struct StoryOptions {
  std::uint64_t first_seed = 1;
  std::size_t seeds = 50;
  FaultPlan faults;
  std::vector<std::string> spared;  // hosts that are not crashed, killed or paused
  // Arguments with which the test's program runs this story alone; empty: --gtest_filter=NAME.
  std::string arguments;
};

struct StoryResult {
  bool passed = true;
  std::size_t seeds = 0;      // how many were told
  std::uint64_t seed = 0;     // the first that failed
  std::vector<Fault> faults;  // those it needs to fail
  std::string failure;        // what the story threw
  std::string report;         // all of it, as text of several lines
};

// `body` makes hosts, starts programs, lets the world go on, and throws when something is wrong.
//
//   TEST(Bank, loses_no_money) {
//     sim::StoryResult result = sim::tell("Bank.loses_no_money", {.seeds = 200}, transfer_money);
//     EXPECT_TRUE(result.passed) << result.report;
//   }
StoryResult tell(std::string_view name, const StoryOptions& options,
                 const std::function<void(World&)>& body);

// Throws "TEXT" unless `holds`: for stories, which a test framework's checks would fill with noise
// while it looks for fewer faults.
void require(bool holds, std::string_view text);

}  // namespace bowline::sim
