#include "bowline/client/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace bowline {
namespace {

using namespace std::chrono_literals;

// The longest of many first, second, third ... waits.
std::vector<Duration> longest_waits(const BackoffOptions& options, std::size_t count) {
  Random random(1);
  std::vector<Duration> longest(count);
  for (int row = 0; row < 2000; ++row) {
    Backoff backoff(options);
    for (Duration& wait : longest) wait = std::max(wait, *backoff.next_wait({}, {}, random));
  }
  return longest;
}

TEST(Backoff, doubles_the_longest_wait_up_to_its_limit) {
  std::vector<Duration> longest = longest_waits({.first = 1s, .max = 5s}, 5);
  std::vector<Duration> limits = {1s, 2s, 4s, 5s, 5s};
  for (std::size_t index = 0; index < limits.size(); ++index) {
    EXPECT_LE(longest[index], limits[index]);
    EXPECT_GT(longest[index], limits[index] * 99 / 100);
  }
}

TEST(Backoff, spreads_waits_over_all_of_the_time) {
  Random random(2);
  std::size_t tenths[10] = {};
  for (int count = 0; count < 10'000; ++count) {
    Backoff backoff({.first = 10s, .max = 10s});
    ++tenths[std::min<std::size_t>(9, *backoff.next_wait({}, {}, random) / 1s)];
  }
  for (std::size_t tenth : tenths) EXPECT_NEAR(double(tenth), 1000, 150);
}

TEST(Backoff, gives_up_after_so_many_failures_in_a_row) {
  Random random(3);
  Backoff backoff({.failures_max = 3});
  EXPECT_TRUE(backoff.next_wait({}, {}, random));
  EXPECT_TRUE(backoff.next_wait({}, {}, random));
  EXPECT_FALSE(backoff.next_wait({}, {}, random));
  EXPECT_EQ(backoff.failures(), 3u);
}

TEST(Backoff, begins_again_after_a_connection_that_lasted) {
  Random random(4);
  Backoff backoff({.first = 1s, .max = 1h, .failures_max = 20, .stable_time = 10s});
  for (int count = 0; count < 10; ++count) EXPECT_TRUE(backoff.next_wait(9s, {}, random));
  EXPECT_EQ(backoff.failures(), 10u);
  EXPECT_LE(*backoff.next_wait(10s, {}, random), 1s);
  EXPECT_EQ(backoff.failures(), 1u);
}

TEST(Backoff, waits_as_long_as_the_server_asks_and_some_more) {
  Random random(5);
  Backoff backoff({.first = 1s, .max = 1s, .retry_after_max = 60s});
  for (int count = 0; count < 100; ++count) {
    Duration wait = *backoff.next_wait({}, 7s, random);
    EXPECT_GE(wait, 7s);
    EXPECT_LE(wait, 8s);
  }
  EXPECT_LE(*backoff.next_wait({}, 1h, random), 61s);
}

TEST(Backoff, stands_any_number_of_failures_and_any_limit) {
  Random random(6);
  Backoff endless({.first = 1ns, .max = Duration::max() - 1ns});
  Backoff none({.first = 0s, .max = 0s});
  for (int count = 0; count < 200; ++count) {
    EXPECT_GE(*endless.next_wait({}, {}, random), 0s);
    EXPECT_EQ(*none.next_wait({}, {}, random), 0s);
  }
}

}  // namespace
}  // namespace bowline
