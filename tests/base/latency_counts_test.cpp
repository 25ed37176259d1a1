#include "bowline/base/latency_counts.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;

TEST(LatencyCounts, count_an_edge_below_it_and_what_is_longer_above) {
  LatencyCounts counts;
  counts.record(0ns);
  counts.record(10us);
  counts.record(10'001ns);
  counts.record(10s);
  counts.record(1h);
  EXPECT_EQ(counts.counts.front(), 2u);
  EXPECT_EQ(counts.counts[1], 1u);
  EXPECT_EQ(counts.counts[LatencyCounts::edges_us.size() - 1], 1u);
  EXPECT_EQ(counts.counts.back(), 1u);
  EXPECT_EQ(counts.sum, 1h + 10s + 20'001ns);
}

TEST(LatencyCounts, add_up) {
  LatencyCounts one;
  one.record(3ms);
  LatencyCounts other;
  other.record(3ms);
  other.record(20us);
  one.add(other);
  EXPECT_EQ(one.counts[8], 2u);
  EXPECT_EQ(one.counts[1], 1u);
  EXPECT_EQ(one.sum, 6'020us);
}

}  // namespace
}  // namespace bowline
