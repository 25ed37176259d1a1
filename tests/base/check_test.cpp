#include "bowline/base/check.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

TEST(Check, that_holds_changes_nothing_and_looks_once) {
  int looked = 0;
  BOWLINE_CHECK(++looked == 1);
  EXPECT_EQ(looked, 1);
}

TEST(CheckDeathTest, that_fails_says_where_and_stops_the_program) {
  int sent = 3;
  EXPECT_DEATH(BOWLINE_CHECK(sent <= 2), "check_test.cpp:[0-9]+: check failed: sent <= 2");
}

TEST(Check, can_stand_in_an_expression) {
  bool open = true;
  int size = (BOWLINE_CHECK(open), 4);
  EXPECT_EQ(size, 4);
}

}  // namespace
}  // namespace bowline
