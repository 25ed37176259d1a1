#include "bowline/base/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace bowline {
namespace {

Histogram of(const std::vector<std::uint64_t>& values) {
  Histogram histogram;
  for (std::uint64_t value : values) histogram.record(value);
  return histogram;
}

// Values of all magnitudes, as many small as large.
std::vector<std::uint64_t> some_values(std::size_t count) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(0, 43);
  std::vector<std::uint64_t> values(count);
  for (std::uint64_t& value : values) value = std::uint64_t(std::exp2(exponent(random)));
  return values;
}

std::uint64_t exact_percentile(std::vector<std::uint64_t> values, double percent) {
  std::sort(values.begin(), values.end());
  auto rank = std::size_t(std::ceil(percent / 100 * double(values.size()) - 1e-6));
  return values[std::max<std::size_t>(rank, 1) - 1];
}

TEST(Histogram, is_zero_as_long_as_nothing_was_recorded) {
  Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.min(), 0u);
  EXPECT_EQ(histogram.max(), 0u);
  EXPECT_EQ(histogram.mean(), 0);
  EXPECT_EQ(histogram.percentile(50), 0u);
}

TEST(Histogram, small_values_are_exact) {
  Histogram histogram;
  for (std::uint64_t value = 0; value < 2048; ++value) histogram.record(value);
  EXPECT_EQ(histogram.percentile(50), 1023u);
  EXPECT_EQ(histogram.percentile(100), 2047u);
  EXPECT_EQ(histogram.percentile(0), 0u);
  EXPECT_EQ(histogram.mean(), 1023.5);
}

TEST(Histogram, a_lone_value_is_every_percentile) {
  for (std::uint64_t value : some_values(1000)) {
    Histogram histogram = of({value});
    EXPECT_EQ(histogram.percentile(0), value);
    EXPECT_EQ(histogram.percentile(100), value);
  }
}

TEST(Histogram, percentiles_have_three_significant_digits) {
  std::vector<std::uint64_t> values = some_values(20000);
  Histogram histogram = of(values);
  for (double percent : {0.0, 1.0, 50.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
    std::uint64_t exact = exact_percentile(values, percent);
    std::uint64_t given = histogram.percentile(percent);
    EXPECT_GE(given, exact) << percent;
    EXPECT_LE(double(given), double(exact) * 1.001) << percent;
  }
}

TEST(Histogram, both_sides_of_each_doubling_are_told_apart) {
  for (int bits = 11; bits < 44; ++bits) {
    std::uint64_t power = std::uint64_t(1) << bits;
    Histogram histogram = of({power - 1, power});
    EXPECT_EQ(histogram.percentile(50), power - 1);
    EXPECT_EQ(histogram.percentile(100), power);
  }
}

TEST(Histogram, a_percentile_is_met_and_not_passed) {
  Histogram histogram;
  histogram.record(1, 999);
  histogram.record(2000000, 1);
  EXPECT_EQ(histogram.percentile(99.9), 1u);
  EXPECT_EQ(histogram.percentile(99.91), 2000000u);
}

TEST(Histogram, values_beyond_its_range_count_as_the_largest) {
  std::uint64_t huge = ~std::uint64_t(0);
  Histogram histogram = of({5, huge});
  EXPECT_EQ(histogram.count(), 2u);
  EXPECT_EQ(histogram.max(), huge);
  EXPECT_EQ(histogram.percentile(100), Histogram::value_max);
  EXPECT_EQ(histogram.percentile(50), 5u);
}

TEST(Histogram, a_count_is_as_many_single_ones) {
  Histogram histogram;
  histogram.record(7, 3);
  histogram.record(9, 0);
  EXPECT_EQ(histogram.count(), 3u);
  EXPECT_EQ(histogram.max(), 7u);
  EXPECT_EQ(histogram.mean(), 7);
}

TEST(Histogram, adding_is_as_recording_both) {
  std::vector<std::uint64_t> values = some_values(1000);
  Histogram all = of(values);
  Histogram sum = of({values.begin(), values.begin() + 300});
  sum.add(of({values.begin() + 300, values.end()}));
  sum.add(Histogram());
  EXPECT_EQ(sum.count(), all.count());
  EXPECT_EQ(sum.min(), all.min());
  EXPECT_EQ(sum.max(), all.max());
  EXPECT_NEAR(sum.mean(), all.mean(), all.mean() * 1e-9);
  for (double percent = 0; percent <= 100; percent += 0.5) {
    EXPECT_EQ(sum.percentile(percent), all.percentile(percent));
  }
}

TEST(Histogram, clearing_forgets_all) {
  Histogram histogram = of({1, 1000000});
  histogram.clear();
  EXPECT_EQ(histogram.count(), 0u);
  histogram.record(5);
  EXPECT_EQ(histogram.percentile(100), 5u);
  EXPECT_EQ(histogram.min(), 5u);
}

}  // namespace
}  // namespace bowline
