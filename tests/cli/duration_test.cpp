#include "cli/duration.h"

#include <gtest/gtest.h>

namespace bowline::cli {
namespace {

using namespace std::chrono_literals;

TEST(DurationText, has_a_number_and_a_unit) {
  EXPECT_EQ(parse_duration("5s"), 5s);
  EXPECT_EQ(parse_duration("200ms"), 200ms);
  EXPECT_EQ(parse_duration("30us"), 30us);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("7d"), 7 * 24h);
}

TEST(DurationText, without_a_unit_means_seconds) {
  EXPECT_EQ(parse_duration("3"), 3s);
  EXPECT_EQ(parse_duration("0"), 0s);
}

TEST(DurationText, may_have_a_fraction) {
  EXPECT_EQ(parse_duration("0.3"), 300ms);
  EXPECT_EQ(parse_duration("1.5m"), 90s);
  EXPECT_EQ(parse_duration("0.25ms"), 250us);
}

TEST(DurationText, is_nothing_else) {
  for (const char* text : {"", "s", "-1", "+1", "1 s", " 1", "5x", "5S", "1e3", "inf", "nan", "0x5",
                           ".5", "5s5", "99999999999999999d"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

}  // namespace
}  // namespace bowline::cli
