// The same as a test of Catch2, whose tests are named on the command line.
#include "visits.h"

#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

// [test]
TEST_CASE("visits are counted") {
  sim::StoryOptions options{.seeds = 200, .arguments = "'visits are counted'"};
  sim::StoryResult result = sim::tell("visits are counted", options, visit_once);
  INFO(result.report);
  CHECK(result.passed);
}
// [/test]
