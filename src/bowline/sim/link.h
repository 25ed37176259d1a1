// The rules of the way between two simulated hosts. They may be changed while the world runs: what
// leaves or arrives from then on obeys them.
#pragma once

#include "bowline/base/random.h"
#include "bowline/base/time.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

namespace bowline::sim {

// What becomes of connections that are asked for. A middle box refuses, or says unreachable.
enum class Connecting { allowed, refused, unreachable };

struct Link {
  Duration latency = std::chrono::microseconds(500);  // one way
  Duration jitter{};                // up to this much more, each packet for itself
  std::uint64_t bandwidth = 0;      // bytes a second each way, shared by all; 0: no limit
  std::size_t packet_size = 1460;   // bytes of a stream that travel at once
  std::size_t send_buffer = 65536;  // bytes that a stream takes before the peer's system has them
  std::size_t receive_buffer = 65536;  // bytes that the peer's system holds until they are read

  bool cut = false;   // nothing arrives; streams stall, and go on when it heals in time
  double loss = 0;    // chance of a packet to be lost: a stream sends it again, so it comes late
  double resets = 0;  // chance of a packet of a stream to reset its connection instead
  double short_reads = 0;   // chance of a read to get less than is there
  double short_writes = 0;  // chance of a write to be taken only in part at first
  Connecting connecting = Connecting::allowed;

  // Datagrams that are lost stay lost.
  double datagram_loss = 0;  // chance of one to be lost, besides `loss`
  double duplicates = 0;     // chance of one to arrive twice
  double reorders = 0;       // chance of one to be overtaken by those that leave after it
  std::size_t datagram_size_max = 65507;  // bytes; longer ones are refused (EMSGSIZE)

  // A lost packet of a stream is sent again after this, then after twice as long, and so on.
  Duration resend_after = std::chrono::milliseconds(200);
  Duration resend_after_max = std::chrono::seconds(10);
  // Without an answer for so long, connecting or a stream with bytes to send has timed out.
  Duration connect_timeout = std::chrono::seconds(127);
  Duration send_timeout = std::chrono::minutes(15);
};

// The links of a world, by the numbers of their hosts. Those that have no rules of their own share
// the default.
class Links {
 public:
  Links();

  Link& between_all() { return default_; }
  // The rules of this pair alone; a copy of the default's at the first call.
  Link& between(std::size_t one, std::size_t other) { return own(one, other).rules; }
  // The rules that hold for this pair.
  const Link& rules(std::size_t one, std::size_t other) const;
  // When a packet that leaves at `now` arrives, `size` bytes of it on the wire.
  Time arrival(std::size_t from, std::size_t to, std::size_t size, Time now, Random& random);
  // Every pair with rules of its own, and the default, is no longer cut.
  void heal_all();

 private:
  using Pair = std::pair<std::size_t, std::size_t>;
  struct Own {
    Link rules;
    Time free_at[2]{};  // when the wire is free again, from the lower number and to it
  };
  Own& own(std::size_t one, std::size_t other);

  Link default_;
  Link within_host_;
  std::map<Pair, Own> own_;
};

}  // namespace bowline::sim
