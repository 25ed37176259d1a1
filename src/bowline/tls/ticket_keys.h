// The keys that session tickets are sealed with (RFC 5077, RFC 8446 4.6.1): a server keeps no
// memory of its clients, each brings back its own session, sealed. A key seals for an hour and
// opens for two more. May be used by several threads at once.
#pragma once

#include "bowline/base/time.h"

#include <array>
#include <deque>
#include <mutex>
#include <optional>

namespace bowline {

class TicketKeys {
 public:
  static constexpr Duration seals_for = std::chrono::hours(1);
  static constexpr Duration opens_for = std::chrono::hours(3);  // in all

  using Name = std::array<unsigned char, 16>;
  struct Key {
    Name name;
    std::array<unsigned char, 32> cipher;
    std::array<unsigned char, 32> mac;
    Time made;
  };

  // The key to seal with; a new one when the last is too old. No value when no randomness is to be
  // had.
  std::optional<Key> sealing(Time now);
  // The key of that name, while it still opens.
  std::optional<Key> opening(const Name& name, Time now);

 private:
  std::mutex mutex_;
  std::deque<Key> keys_;  // the newest first
};

}  // namespace bowline
