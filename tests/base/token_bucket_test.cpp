#include "bowline/base/token_bucket.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;

constexpr Time start = Time(100h);

// How many tokens `bucket` gives one by one at `now`.
int take_all(TokenBucket& bucket, Time now) {
  int count = 0;
  for (; count < 1000 && bucket.ready_at() <= now; ++count) bucket.take(1, now);
  return count;
}

TEST(TokenBucket, gives_a_burst_and_then_as_many_as_come) {
  TokenBucket bucket(10, 2s);
  EXPECT_EQ(take_all(bucket, start), 20);
  EXPECT_EQ(bucket.ready_at(), start + 100ms);
  EXPECT_EQ(take_all(bucket, start + 99ms), 0);
  EXPECT_EQ(take_all(bucket, start + 100ms), 1);
  EXPECT_EQ(take_all(bucket, start + 1s), 9);
}

TEST(TokenBucket, saves_no_more_than_a_burst) {
  TokenBucket bucket(10, 2s);
  take_all(bucket, start);
  EXPECT_EQ(take_all(bucket, start + 1h), 20);
}

TEST(TokenBucket, has_a_large_piece_paid_for_afterwards) {
  TokenBucket bucket(1000, 1s);
  bucket.take(11'000, start);
  EXPECT_EQ(bucket.ready_at(), start + 10s + 1ms);
}

TEST(TokenBucket, always_saves_one_token) {
  TokenBucket slow(1, 0s);
  EXPECT_EQ(take_all(slow, start), 1);
  EXPECT_EQ(slow.ready_at(), start + 1s);
  EXPECT_EQ(take_all(slow, start + 1h), 1);
}

TEST(TokenBucket, keeps_the_rate_where_it_is_no_whole_number_of_nanoseconds) {
  TokenBucket bucket(3'000'000'000, 0s);
  bucket.take(9'000'000'000, start);
  EXPECT_EQ(bucket.ready_at(), start + 3s);
}

TEST(TokenBucket, has_no_limit_without_a_rate) {
  TokenBucket none;
  TokenBucket zero(0, 1s);
  none.take(~std::uint64_t(0), start);
  EXPECT_EQ(take_all(none, start), 1000);
  EXPECT_EQ(take_all(zero, Time::min()), 1000);
  EXPECT_FALSE(zero.limits());
}

TEST(TokenBucket, stands_numbers_without_sense) {
  TokenBucket fast(~std::uint64_t(0), forever);
  fast.take(~std::uint64_t(0), start);
  EXPECT_EQ(take_all(fast, start), 1000) << "it had saved for ever";
  TokenBucket slow(1, 1s);
  slow.take(~std::uint64_t(0), start);
  slow.take(~std::uint64_t(0), start);
  EXPECT_EQ(take_all(slow, start + 1h), 0);
}

}  // namespace
}  // namespace bowline
