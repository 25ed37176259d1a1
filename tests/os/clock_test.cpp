#include "bowline/os/clock.h"

#include <gtest/gtest.h>

namespace bowline::os {
namespace {

TEST(Clock, never_goes_back) {
  Time before = now();
  for (int round = 0; round < 1000; ++round) {
    Time next = now();
    ASSERT_GE(next, before);
    before = next;
  }
}

TEST(Clock, moves) {
  Time start = now();
  while (now() == start) {
  }
  EXPECT_GT(now(), start);
  EXPECT_LT(now(), never);
}

}  // namespace
}  // namespace bowline::os
