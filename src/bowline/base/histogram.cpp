#include "bowline/base/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace bowline {
namespace {

// Values below 2048 have a bucket each. From there on every doubling of the value has 1024 buckets,
// each as wide as the bits that are shifted out.
constexpr int exact_bits = 11;
constexpr std::size_t buckets_per_doubling = std::size_t(1) << (exact_bits - 1);
constexpr int shift_max = int(std::bit_width(Histogram::value_max)) - exact_bits;
constexpr std::size_t bucket_count = buckets_per_doubling * (shift_max + 2);

int shift_of(std::uint64_t value) {
  return std::max(0, int(std::bit_width(value)) - exact_bits);
}

std::size_t bucket_of(std::uint64_t value) {
  int shift = shift_of(value);
  return buckets_per_doubling * std::size_t(shift) + (value >> shift);
}

// The largest value that is counted in `bucket`.
std::uint64_t top_of(std::size_t bucket) {
  if (bucket < 2 * buckets_per_doubling) return bucket;
  std::size_t shift = bucket / buckets_per_doubling - 1;
  std::uint64_t part = bucket - buckets_per_doubling * shift;
  return ((part + 1) << shift) - 1;
}

}  // namespace

Histogram::Histogram() : counts_(bucket_count) {}

void Histogram::record(std::uint64_t value, std::uint64_t count) {
  if (count == 0) return;
  counts_[bucket_of(std::min(value, value_max))] += count;
  count_ += count;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
  sum_ += double(value) * double(count);
}

void Histogram::add(const Histogram& other) {
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    counts_[bucket] += other.counts_[bucket];
  }
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

void Histogram::clear() {
  *this = Histogram();
}

double Histogram::mean() const {
  return count_ ? sum_ / double(count_) : 0;
}

std::uint64_t Histogram::percentile(double percent) const {
  if (count_ == 0) return 0;
  double share = std::clamp(percent, 0.0, 100.0) / 100 * double(count_);
  // What a product like 0.999 * 1000 is above the whole number is a rounding error.
  auto wanted = std::max<std::uint64_t>(1, std::uint64_t(std::ceil(share - 1e-6)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    seen += counts_[bucket];
    if (seen >= wanted) return std::clamp(top_of(bucket), min_, max_);
  }
  return max_;
}

}  // namespace bowline
