#include "bowline/server/headcount.h"

#include <endian.h>

#include <array>
#include <cstring>

namespace bowline {
namespace {

// What counts as one address: no IPv6 network begins with the 64 bits that an IPv4 address is here,
// those belong to ::/8, which is reserved (RFC 4291 2.4).
std::uint64_t source_of(const Address& peer) {
  if (peer.family() == Family::ipv4) return peer.ipv4_value();
  if (peer.family() != Family::ipv6) return 0;
  std::array<std::uint64_t, 2> halves{};
  std::memcpy(halves.data(), peer.ipv6_bytes().data(), sizeof halves);
  bool is_mapped = halves[0] == 0;  // ::ffff:10.0.0.1, an IPv4 client of an IPv6 listener
  return be64toh(halves[is_mapped ? 1 : 0]) & (is_mapped ? 0xFFFF'FFFF : ~std::uint64_t(0));
}

}  // namespace

void Headcount::set_limits(const ServerLimits& limits) {
  connections_max_ = limits.connections_max;
  connections_per_address_max_ = limits.connections_per_address_max;
}

std::optional<Headcount::Ticket> Headcount::enter(const Address& peer) {
  std::size_t limit = peer.is_ip() ? connections_per_address_max_.load() : ~std::size_t(0);
  std::lock_guard lock(mutex_);
  if (limit == 0 || tickets_.size() == uncounted) return std::nullopt;
  auto [found, is_new] = tickets_.try_emplace(source_of(peer), 0);
  if (is_new) found->second = take_place(found->first);
  Place& place = places_[found->second];
  if (place.count >= limit) return std::nullopt;
  ++place.count;
  ++count_;
  return found->second;
}

Headcount::Ticket Headcount::take_place(Source source) {
  if (free_.empty()) {
    places_.push_back({source, 0});
    return static_cast<Ticket>(places_.size() - 1);
  }
  Ticket ticket = free_.back();
  free_.pop_back();
  places_[ticket] = {source, 0};
  return ticket;
}

void Headcount::leave(Ticket ticket) {
  if (ticket == uncounted) return;
  std::lock_guard lock(mutex_);
  --count_;
  Place& place = places_[ticket];
  if (--place.count > 0) return;
  tickets_.erase(place.source);
  free_.push_back(ticket);
}

}  // namespace bowline
