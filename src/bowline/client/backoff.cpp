#include "bowline/client/backoff.h"

#include <algorithm>

namespace bowline {

std::optional<Duration> Backoff::next_wait(Duration lasted, Duration retry_after, Random& random) {
  if (lasted >= options_.stable_time) failures_ = 0;
  ++failures_;
  if (options_.failures_max != 0 && failures_ >= options_.failures_max) return std::nullopt;
  Duration longest = std::min(options_.first, options_.max);
  for (unsigned doubled = 1; doubled < failures_ && longest < options_.max; ++doubled) {
    longest = longest > options_.max / 2 ? options_.max : 2 * longest;
  }
  auto nanoseconds = static_cast<std::uint64_t>(std::max(longest, Duration()).count());
  Duration jitter(static_cast<Duration::rep>(random.between(0, nanoseconds)));
  return std::min(retry_after, options_.retry_after_max) + jitter;
}

}  // namespace bowline
