// How often which value came, from nanoseconds to hours, to three significant digits: buckets are
// as wide as a thousandth of what they hold (as HdrHistogram's). Its memory is fixed, about 280 KB.
//
//   latency.record(nanoseconds);  ...  latency.percentile(99.9)
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bowline {

class Histogram {
 public:
  // Larger values are counted as this one; 4.8 hours of nanoseconds. max() and mean() stay exact.
  static constexpr std::uint64_t value_max = (std::uint64_t(1) << 44) - 1;

  Histogram();

  void record(std::uint64_t value, std::uint64_t count = 1);
  // Adds all that `other` counted, as if it had been recorded here.
  void add(const Histogram& other);
  void clear();

  std::uint64_t count() const { return count_; }
  // The exact extremes and mean; 0 as long as nothing was recorded.
  std::uint64_t min() const { return count_ ? min_ : 0; }
  std::uint64_t max() const { return max_; }
  double mean() const;
  // The value that `percent` (0 to 100) of all values do not pass, at most 0.1 % above the exact
  // one and never above max(). 0 as long as nothing was recorded.
  std::uint64_t percentile(double percent) const;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t min_ = ~std::uint64_t(0);
  std::uint64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace bowline
