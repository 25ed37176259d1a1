#include "bowline/auth/throttle.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;

constexpr ThrottleOptions options{
    .failures_free = 2, .delay_first = 1s, .delay_max = 8s, .memory = 1min, .addresses_max = 3};

class ThrottleTest : public ::testing::Test {
 protected:
  Duration begin(const char* source = "a", Duration patience = forever) {
    return throttle_.begin(source, now_, patience);
  }
  void end(bool failed) { throttle_.end("a", now_, failed); }
  // How long an attempt would have to wait that is not made.
  Duration wait(const char* source = "a") { return begin(source, -1ns); }
  // Makes an attempt in its turn.
  void fail(const char* source = "a") {
    now_ += begin(source);
    throttle_.end(source, now_, true);
  }

  Throttle throttle_{options};
  Time now_ = Time(1h);
};

TEST_F(ThrottleTest, doubles_the_wait_after_some_free_failures) {
  for (Duration expected : {0s, 0s, 1s, 2s, 4s, 8s, 8s, 8s}) {
    fail();
    EXPECT_EQ(wait(), expected);
    now_ += 20s;  // the turn has passed
  }
  EXPECT_EQ(wait("b"), 0s);
}

TEST_F(ThrottleTest, attempts_at_the_same_time_wait_as_if_those_before_had_failed) {
  for (Duration expected : {0s, 0s, 0s, 1s, 3s, 7s, 15s}) EXPECT_EQ(begin(), expected);
  now_ += 5s;
  EXPECT_EQ(wait(), 18s);
  for (int count = 0; count < 7; ++count) end(true);
  EXPECT_EQ(wait(), 18s);
}

TEST_F(ThrottleTest, attempts_that_succeed_leave_nothing_behind) {
  for (int count = 0; count < 5; ++count) begin();
  EXPECT_GT(wait(), 0s);
  for (int count = 0; count < 5; ++count) end(false);
  EXPECT_EQ(wait(), 0s);
  EXPECT_EQ(throttle_.size(), 0u);
}

TEST_F(ThrottleTest, success_does_not_make_up_for_failures) {
  for (int count = 0; count < 4; ++count) fail();
  now_ += begin();
  end(false);
  EXPECT_EQ(wait(), 2s);
  fail();
  EXPECT_EQ(wait(), 4s);
}

TEST_F(ThrottleTest, who_does_not_wait_takes_nobodys_turn) {
  for (int count = 0; count < 5; ++count) fail();
  EXPECT_EQ(begin("a", 3s), 4s);
  EXPECT_EQ(begin("a", 3s), 4s);
  now_ += 1s;
  EXPECT_EQ(begin("a", 3s), 3s);
  EXPECT_EQ(begin("a", 3s), 11s);
}

TEST_F(ThrottleTest, forgets_with_time) {
  for (int count = 0; count < 5; ++count) fail();
  now_ += 1min;
  EXPECT_EQ(begin(), 0s);
  EXPECT_EQ(begin(), 8s);  // still known
  now_ += 1ns;
  EXPECT_EQ(wait(), 0s);
  EXPECT_EQ(throttle_.size(), 0u);
}

TEST_F(ThrottleTest, remembers_only_so_many_addresses) {
  for (const char* source : {"a", "b", "c"}) {
    for (int count = 0; count < 3; ++count) fail(source);
    now_ += 1s;
  }
  fail("a");
  fail("d");
  EXPECT_EQ(throttle_.size(), 3u);
  EXPECT_EQ(wait("b"), 0s);  // it had failed longest ago
  EXPECT_GT(wait("a"), 0s);
}

TEST(ThrottleSource, is_an_address_or_an_IPv6_network_or_a_user) {
  auto source = [](const char* text) {
    return throttle_source(Address::parse_ip(text, 5000).value());
  };
  EXPECT_EQ(source("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(source("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(source("2001:db8:1:2:3:4:5:6"), source("2001:db8:1:2::1"));
  EXPECT_NE(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
  unsigned user = 1000;
  EXPECT_EQ(throttle_source(Address::unix_unnamed(), &user), "uid 1000");
  EXPECT_EQ(throttle_source(Address::unix_unnamed()), "");
}

}  // namespace
}  // namespace bowline
