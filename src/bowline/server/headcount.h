// Who may come in: counts the connections of a server, in all and from each address. From any
// thread.
#pragma once

#include "bowline/base/address.h"
#include "bowline/server/limits.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace bowline {

class Headcount {
 public:
  // Stands for the address that a connection came from, until it has gone.
  using Ticket = std::uint32_t;
  static constexpr unsigned ticket_bits = 20;  // how many addresses there may be at a time
  // For those that are not counted: senders of datagrams may be anybody's invention, and have
  // limits of their own (PeerLimits).
  static constexpr Ticket uncounted = (1u << ticket_bits) - 1;

  explicit Headcount(const ServerLimits& limits) { set_limits(limits); }

  // Who is in stays, also when that is more than may come now.
  void set_limits(const ServerLimits& limits);

  // Counts a connection from `peer` in, unless that has too many, or too many others have some.
  std::optional<Ticket> enter(const Address& peer);
  void leave(Ticket ticket);
  // As many as there may be in all.
  bool is_full() const { return count_ >= connections_max_; }

 private:
  // An IPv4 address as IPv6 has it, or the first half of an IPv6 address.
  using Source = std::uint64_t;
  struct Place {
    Source source;
    std::size_t count;
  };

  Ticket take_place(Source source);

  std::atomic<std::size_t> connections_max_;
  std::atomic<std::size_t> connections_per_address_max_;
  std::mutex mutex_;
  std::atomic<std::size_t> count_ = 0;
  std::unordered_map<Source, Ticket> tickets_;
  std::vector<Place> places_;  // by ticket
  std::vector<Ticket> free_;
};

}  // namespace bowline
