#include "bowline/socket/deadline.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bowline {
namespace {

using namespace std::chrono_literals;

Deadline taken(Deadline deadline = {}) {
  return deadline;
}

TEST(Deadline, is_made_of_any_length_of_time) {
  Time before = os::now();
  for (Deadline deadline : {taken(2h), taken(7200s), taken(7200.0s), taken(120min)}) {
    EXPECT_GE(deadline.time(), before + 2h);
    EXPECT_LT(deadline.time(), before + 3h);
    EXPECT_TRUE(deadline.given());
    EXPECT_FALSE(deadline.expired());
    EXPECT_GT(deadline.remaining(), 1h);
    EXPECT_LE(deadline.remaining(), 2h);
  }
}

TEST(Deadline, that_was_not_given_is_told_from_none) {
  EXPECT_FALSE(taken().given());
  EXPECT_TRUE(Deadline::none().given());
  EXPECT_EQ(Deadline::none().remaining(), forever);
  EXPECT_EQ(taken().remaining(), forever);
  EXPECT_FALSE(Deadline::none().expired());
}

TEST(Deadline, that_has_passed_has_nothing_left) {
  for (Deadline deadline :
       {taken(0s), taken(-1s), Deadline::at(os::now() - 1h), Deadline::at(Time())}) {
    EXPECT_TRUE(deadline.expired());
    EXPECT_EQ(deadline.remaining(), Duration::zero());
  }
}

TEST(Deadline, is_at_a_time) {
  Time time = os::now() + 1h;
  EXPECT_EQ(Deadline::at(time).time(), time);
  EXPECT_EQ(Deadline::at(never).time(), never);
}

TEST(Deadline, of_a_length_beyond_all_clocks_never_comes) {
  for (Deadline deadline : {taken(std::chrono::hours::max()), taken(forever), taken(1e300s),
                            taken(std::chrono::duration<double>(INFINITY))}) {
    EXPECT_EQ(deadline.time(), never);
  }
  EXPECT_TRUE(taken(std::chrono::hours::min()).expired());
  EXPECT_TRUE(taken(std::chrono::duration<double>(NAN)).expired());
}

TEST(Saturated, keeps_what_fits) {
  EXPECT_EQ(saturated(1ns), 1ns);
  EXPECT_EQ(saturated(1.5s), 1500ms);
  EXPECT_EQ(saturated(24h * 365), Duration(24h * 365));
}

}  // namespace
}  // namespace bowline
