#include "bowline/auth/throttle.h"

#include <algorithm>

namespace bowline {

Duration Throttle::begin(const std::string& source, Time now, Duration patience) {
  std::lock_guard lock(mutex_);
  Entry* entry = find(source, now);
  Duration wait = entry ? std::max(entry->free_at - now, Duration()) : Duration();
  if (wait > patience) return wait;
  if (!entry) {
    make_room();
    entry = &entries_[source];
    entry->last = now;
  }
  ++entry->pending;
  entry->free_at = later(later(now, wait), delay_of(*entry));
  return wait;
}

void Throttle::end(const std::string& source, Time now, bool failed) {
  std::lock_guard lock(mutex_);
  Entry* entry = find(source, now);
  if (!entry) return;  // it made room for others
  if (entry->pending > 0) --entry->pending;
  if (failed) {
    ++entry->failures;
    entry->last = now;
    entry->free_at = std::max(entry->free_at, later(now, delay_of(*entry)));
  } else if (entry->pending == 0) {
    entry->free_at = std::min(entry->free_at, later(now, delay_of(*entry)));
    if (entry->failures == 0) entries_.erase(source);
  }
}

std::size_t Throttle::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

Duration Throttle::delay_of(const Entry& entry) const {
  unsigned failures = entry.failures + entry.pending;
  if (failures <= options_.failures_free) return Duration();
  Duration delay = options_.delay_first;
  for (unsigned count = options_.failures_free + 1; count < failures; ++count) {
    if (delay >= options_.delay_max) break;
    delay *= 2;
  }
  return std::min(delay, options_.delay_max);
}

// Null for a source that tries nothing and has not failed, or not for long.
Throttle::Entry* Throttle::find(const std::string& source, Time now) {
  auto found = entries_.find(source);
  if (found == entries_.end()) return nullptr;
  Entry& entry = found->second;
  if (now - entry.last <= options_.memory) return &entry;
  entries_.erase(found);
  return nullptr;
}

// Looks at all of them, but only where many addresses have failed.
void Throttle::make_room() {
  if (entries_.size() < options_.addresses_max) return;
  auto oldest = std::min_element(
      entries_.begin(), entries_.end(),
      [](const auto& one, const auto& other) { return one.second.last < other.second.last; });
  entries_.erase(oldest);
}

std::string throttle_source(const Address& peer, const unsigned* unix_user) {
  if (unix_user) return "uid " + std::to_string(*unix_user);
  if (peer.family() == Family::ipv4) return peer.with_port(0).host();
  if (peer.family() != Family::ipv6) return {};
  Address::Ipv6Bytes bytes = peer.ipv6_bytes();
  constexpr Address::Ipv6Bytes mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  // An IPv4 address in IPv6's clothes (RFC 4291 2.5.5.2).
  if (std::equal(bytes.begin(), bytes.begin() + 12, mapped.begin())) {
    return Address::ipv4(std::uint32_t(bytes[12]) << 24 | std::uint32_t(bytes[13]) << 16 |
                             std::uint32_t(bytes[14]) << 8 | bytes[15],
                         0)
        .host();
  }
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t(0));
  return Address::ipv6(bytes, 0).host() + "/64";
}

}  // namespace bowline
