#include "bowline/proto/http_time.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view date = "Sun, 06 Nov 1994 08:49:37 GMT";

TEST(HttpTime, reads_the_date_of_the_standard) {
  ASSERT_TRUE(read_http_date(date));
  EXPECT_EQ(read_http_date(date)->time_since_epoch(), 784111777s);
}

TEST(HttpTime, reads_no_date_that_is_wrong) {
  for (std::string_view wrong :
       {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 anF 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 19x4 08:49:37 GMT", "Sun, 06 Nov 1994 08-49-37 GMT"}) {
    EXPECT_FALSE(read_http_date(wrong)) << wrong;
  }
}

TEST(HttpTime, waits_for_seconds_or_until_a_date_of_the_server) {
  EXPECT_EQ(read_retry_after("120", ""), 120s);
  EXPECT_EQ(read_retry_after("Sun, 06 Nov 1994 08:50:07 GMT", date), 30s);
}

TEST(HttpTime, waits_for_nothing_that_makes_no_sense) {
  EXPECT_EQ(read_retry_after("", date), 0s);
  EXPECT_EQ(read_retry_after("-5", date), 0s);
  EXPECT_EQ(read_retry_after("soon", date), 0s);
  EXPECT_EQ(read_retry_after(date, ""), 0s);
  EXPECT_EQ(read_retry_after(date, "Sun, 06 Nov 1994 08:50:07 GMT"), 0s);
  EXPECT_EQ(read_retry_after("18446744073709551615", ""), 24h);
}

}  // namespace
}  // namespace bowline
