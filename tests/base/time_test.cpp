#include "bowline/base/time.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;

TEST(Time, later_adds) {
  EXPECT_EQ(later(Time(5s), 250ms), Time(5250ms));
}

TEST(Time, later_stops_at_never) {
  EXPECT_EQ(later(Time(5s), forever), never);
  EXPECT_EQ(later(never, 1ns), never);
  EXPECT_EQ(later(never, forever), never);
  EXPECT_EQ(later(Time(0s), forever), never);
}

TEST(Time, later_by_nothing_is_the_same) {
  EXPECT_EQ(later(Time(5s), 0ns), Time(5s));
  EXPECT_EQ(later(never, 0ns), never);
}

}  // namespace
}  // namespace bowline
