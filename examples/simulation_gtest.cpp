// The same as a test of GoogleTest.
#include "visits.h"

#include <gtest/gtest.h>

// [test]
TEST(Visits, are_counted) {
  sim::StoryResult result = sim::tell("Visits.are_counted", {.seeds = 200}, visit_once);
  EXPECT_TRUE(result.passed) << result.report;
}
// [/test]
