#include "bowline/sim/link.h"

#include <algorithm>

namespace bowline::sim {

// Inside one host nothing is lost and little time is.
Links::Links() {
  within_host_.latency = std::chrono::microseconds(10);
  within_host_.packet_size = 65536;
}

Links::Own& Links::own(std::size_t one, std::size_t other) {
  Pair pair = std::minmax(one, other);
  auto found = own_.find(pair);
  if (found != own_.end()) return found->second;
  Own& made = own_[pair];
  made.rules = one == other ? within_host_ : default_;
  return made;
}

const Link& Links::rules(std::size_t one, std::size_t other) const {
  auto found = own_.empty() ? own_.end() : own_.find(std::minmax(one, other));
  if (found != own_.end()) return found->second.rules;
  return one == other ? within_host_ : default_;
}

Time Links::arrival(std::size_t from, std::size_t to, std::size_t size, Time now, Random& random) {
  const Link& link = rules(from, to);
  if (link.bandwidth > 0) {
    constexpr double second = 1e9;
    auto busy = static_cast<double>(size) * second / static_cast<double>(link.bandwidth);
    Time& free_at = own(from, to).free_at[from < to ? 0 : 1];
    free_at = std::max(now, free_at) + Duration(static_cast<std::int64_t>(busy));
    now = free_at;
  }
  const Link& same = rules(from, to);  // its own, perhaps since just now
  Duration jitter = same.jitter;
  if (jitter.count() > 0) {
    jitter = Duration(random.below(static_cast<std::uint64_t>(jitter.count()) + 1));
  }
  return now + same.latency + jitter;
}

void Links::heal_all() {
  default_.cut = false;
  for (auto& [pair, own] : own_) own.rules.cut = false;
}

}  // namespace bowline::sim
