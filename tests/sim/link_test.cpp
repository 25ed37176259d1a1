#include "bowline/sim/link.h"

#include <gtest/gtest.h>

namespace bowline::sim {
namespace {

using namespace std::chrono_literals;

constexpr Time start{1h};

TEST(Links, deliver_after_the_latency) {
  Links links;
  Random random(1);
  links.between_all().latency = 3ms;
  EXPECT_EQ(links.arrival(0, 1, 100, start, random), start + 3ms);
}

TEST(Links, spread_arrivals_by_the_jitter_and_no_more) {
  Links links;
  Random random(1);
  links.between_all() = {.latency = 10ms, .jitter = 5ms};
  Time earliest = never;
  Time latest{};
  for (int round = 0; round < 1000; ++round) {
    Time arrival = links.arrival(0, 1, 100, start, random);
    earliest = std::min(earliest, arrival);
    latest = std::max(latest, arrival);
  }
  EXPECT_GE(earliest, start + 10ms);
  EXPECT_LT(earliest, start + 11ms);
  EXPECT_GT(latest, start + 14ms);
  EXPECT_LE(latest, start + 15ms);
}

TEST(Links, share_their_bandwidth_one_way) {
  Links links;
  Random random(1);
  links.between_all() = {.latency = 1ms, .bandwidth = 1000};
  EXPECT_EQ(links.arrival(0, 1, 500, start, random), start + 501ms);
  EXPECT_EQ(links.arrival(0, 1, 500, start, random), start + 1001ms);
  EXPECT_EQ(links.arrival(1, 0, 500, start, random), start + 501ms) << "the other way is free";
  EXPECT_EQ(links.arrival(0, 2, 500, start, random), start + 501ms) << "another link is free";
}

TEST(Links, have_rules_of_their_own_when_asked_for) {
  Links links;
  links.between_all().latency = 1ms;
  links.between(1, 0).latency = 2ms;
  EXPECT_EQ(links.rules(0, 1).latency, 2ms) << "a pair has no direction";
  EXPECT_EQ(links.rules(0, 2).latency, 1ms);
  links.between_all().latency = 5ms;
  EXPECT_EQ(links.rules(0, 1).latency, 2ms);
  EXPECT_EQ(links.rules(0, 2).latency, 5ms);
}

TEST(Links, inside_a_host_do_not_follow_the_default) {
  Links links;
  links.between_all().cut = true;
  EXPECT_FALSE(links.rules(3, 3).cut);
}

TEST(Links, heal_all_at_once) {
  Links links;
  links.between(0, 1).cut = true;
  links.between_all().cut = true;
  links.heal_all();
  EXPECT_FALSE(links.rules(0, 1).cut);
  EXPECT_FALSE(links.rules(0, 2).cut);
}

}  // namespace
}  // namespace bowline::sim
