// How often something took how long, in a few fixed steps: small enough to have many of, and the
// same everywhere, so that they can be added up.
#pragma once

#include "bowline/base/time.h"

#include <array>
#include <cstdint>

namespace bowline {

struct LatencyCounts {
  // The upper edges, in microseconds; what is longer counts in the last place of `counts`.
  static constexpr std::array<std::uint32_t, 15> edges_us = {
      10,   25,     50,     100,    250,     500,       1000,      2500,
      5000, 10'000, 25'000, 50'000, 100'000, 1'000'000, 10'000'000};
  std::array<std::uint64_t, edges_us.size() + 1> counts{};
  Duration sum{};

  void record(Duration duration);
  void add(const LatencyCounts& other);
};

}  // namespace bowline
