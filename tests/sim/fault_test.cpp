#include "bowline/sim/fault.h"

#include "bowline/sim/world.h"
#include "tests/support/sim_echo.h"

#include <gtest/gtest.h>

namespace bowline::sim {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using Kind = Fault::Kind;

std::string text_of(const std::vector<Fault>& faults) {
  std::string text;
  for (const Fault& fault : faults) text += fault.text() + "\n";
  return text;
}

TEST(ChooseFaults, gives_the_same_for_the_same_seed) {
  Random one(5), same(5), other(6);
  std::string text = text_of(choose_faults(one, {.count = 20}));
  EXPECT_EQ(text, text_of(choose_faults(same, {.count = 20})));
  EXPECT_NE(text, text_of(choose_faults(other, {.count = 20})));
}

TEST(ChooseFaults, keeps_to_its_plan) {
  Random random(5);
  FaultPlan plan{.count = 100, .span = 10s, .kinds = {Kind::cut, Kind::pause}};
  std::vector<Fault> faults = choose_faults(random, plan);
  ASSERT_EQ(faults.size(), 100u);
  Duration last{};
  for (const Fault& fault : faults) {
    EXPECT_TRUE(fault.kind == Kind::cut || fault.kind == Kind::pause);
    EXPECT_LE(fault.at + fault.lasting, 10s);
    EXPECT_GE(fault.at, last);
    last = fault.at;
  }
}

TEST(ScheduleFaults, changes_a_link_and_changes_it_back) {
  for (Kind kind : {Kind::cut, Kind::slow_link, Kind::lossy_link, Kind::short_io,
                    Kind::small_buffers, Kind::refused}) {
    World world;
    Link& link = world.link(world.host("a"), world.host("b"));
    auto numbers = [&] {
      return std::make_tuple(link.cut, link.latency, link.loss, link.short_reads, link.send_buffer,
                             link.connecting);
    };
    auto before = numbers();
    // Two at once: the second neither adds anything nor keeps what the first did.
    schedule(world, {{kind, 1s, 5s, 0, 0}, {kind, 3s, 5s, 1, 0}});
    world.run_for(2s);
    EXPECT_NE(numbers(), before) << int(kind);
    world.run_for(10s);
    EXPECT_EQ(numbers(), before) << int(kind);
  }
}

TEST(ScheduleFaults, crashes_and_restarts_a_host_that_is_not_spared) {
  World world;
  for (const char* name : {"a", "b"}) world.host(name).start(echo_server, ":7000");
  schedule(world, {{Kind::crash, 1s, 1s, 0, 0}, {Kind::kill, 1s, 1s, 1, 0}}, {"b"});
  world.run_for(1500ms);
  EXPECT_FALSE(world.host("a").running());
  EXPECT_TRUE(world.host("b").running());
  world.run_for(1s);
  EXPECT_TRUE(world.host("a").running());
}

TEST(ScheduleFaults, takes_handles_and_names_away_for_a_time) {
  World world;
  HostRules& rules = world.host("a").rules();
  schedule(world, {{Kind::no_handles, 1s, 1s, 0, 0}, {Kind::no_names, 1s, 1s, 0, 0}});
  world.run_for(1500ms);
  EXPECT_EQ(rules.accept_error, EMFILE);
  EXPECT_EQ(rules.lookup_failures, 1);
  world.run_for(1s);
  EXPECT_EQ(rules.accept_error, 0);
  EXPECT_EQ(rules.lookup_failures, 0);
}

}  // namespace
}  // namespace bowline::sim
