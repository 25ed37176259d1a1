// Slows down guessing: after some failures from one address, each further attempt from there waits
// longer, twice as long for every failure. Time is an argument; the table is bounded.
#pragma once

#include "bowline/base/address.h"
#include "bowline/base/time.h"

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace bowline {

struct ThrottleOptions {
  unsigned failures_free = 3;
  Duration delay_first = std::chrono::milliseconds(250);
  Duration delay_max = std::chrono::minutes(1);
  // An address is forgotten when it has not failed for so long.
  Duration memory = std::chrono::minutes(10);
  // Addresses that are remembered; past it the one that failed longest ago is forgotten.
  std::size_t addresses_max = 4096;
};

// May be used by several threads.
class Throttle {
 public:
  explicit Throttle(ThrottleOptions options = {}) : options_(options) {}

  // How long an attempt from `source` has to wait. More than `patience`: it is not to be made, and
  // counts for nothing. Else it has its turn then, and counts as a failure until its end(): that
  // many come at the same time helps nobody.
  Duration begin(const std::string& source, Time now, Duration patience);
  // Once for each that has begun. One that succeeds changes nothing, or who has an account could
  // guess at others.
  void end(const std::string& source, Time now, bool failed);

  std::size_t size() const;

 private:
  struct Entry {
    unsigned failures = 0;
    unsigned pending = 0;  // attempts under way
    Time last{};           // when it failed last, or began
    Time free_at{};        // when the next attempt may be made
  };

  Duration delay_of(const Entry& entry) const;
  Entry* find(const std::string& source, Time now);
  void make_room();

  ThrottleOptions options_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

// What attempts are counted by: an IPv4 address, the first 64 bits of an IPv6 address, which are
// one household's, or a Unix user; all others are one.
std::string throttle_source(const Address& peer, const unsigned* unix_user = nullptr);

}  // namespace bowline
