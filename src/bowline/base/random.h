// A seeded source of chance that gives the same numbers on every machine: xoshiro256** (Blackman
// and Vigna), its state filled by splitmix64. For simulations and jitter; never for secrets.
#pragma once

#include <array>
#include <cstdint>

namespace bowline {

class Random {
 public:
  explicit Random(std::uint64_t seed);

  // Any 64 bits.
  std::uint64_t next();
  // 0 to `bound` - 1, each as likely; `bound` is at least 1.
  std::uint64_t below(std::uint64_t bound);
  // `low` to `high`, both included.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + below(high - low + 1);
  }
  // True with this probability, 0 (never) to 1 (always).
  bool chance(double probability);

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace bowline
