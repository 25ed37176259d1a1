#include "bowline/base/latency_counts.h"

#include <algorithm>

namespace bowline {

void LatencyCounts::record(Duration duration) {
  auto fits = [duration](std::uint32_t edge) {
    return duration <= std::chrono::microseconds(edge);
  };
  auto edge = std::find_if(edges_us.begin(), edges_us.end(), fits);
  ++counts[static_cast<std::size_t>(edge - edges_us.begin())];
  sum += duration;
}

void LatencyCounts::add(const LatencyCounts& other) {
  for (std::size_t index = 0; index < counts.size(); ++index) counts[index] += other.counts[index];
  sum += other.sum;
}

}  // namespace bowline
