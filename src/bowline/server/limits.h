// What one server may cost: how many connections, and how long each may take for what.
#pragma once

#include "bowline/base/time.h"

#include <cstddef>
#include <cstdint>

namespace bowline {

struct ServerLimits {
  // Connections at a time, in all; those beyond wait, the next one accepted, the others in the
  // system's backlog.
  std::size_t connections_max = 100'000;
  // From one address, of IPv6 from one /64; those beyond are closed at once. Unix sockets have no
  // addresses; behind OpenOptions::proxies it is the proxy's.
  std::size_t connections_per_address_max = 20'000;
  // For TLS, and for each head of HTTP.
  Duration handshake_timeout = std::chrono::seconds(10);
  // Between two pages, for who only looks at such.
  Duration keep_alive_timeout = std::chrono::seconds(60);
  // In which no read or write began; then the handler reads the end, as if the peer had left, and
  // is cancelled if it does not leave either. `forever`: none.
  Duration idle_timeout = std::chrono::hours(1);
  // What one connection may send us in a second; 0: as much as it can. Beyond it nothing is read
  // from it for a while: streams have to wait, datagrams are dropped when its queue is full. A
  // message that is larger is taken all the same, and the wait after it is so much longer.
  std::uint64_t bytes_per_second = 0;
  std::uint64_t messages_per_second = 0;  // of streams of bytes: reads
  // What was not used of that may be sent at once later, as much as comes in this time.
  Duration rate_burst = std::chrono::seconds(1);
  // A server that drains takes a connection that was silent for so long as done: its handler reads
  // the end. The others are served on, but not beyond the next one.
  Duration drain_quiet = std::chrono::milliseconds(500);
  // After half of it all handlers read the end, after all of it they are cancelled.
  Duration drain_timeout = std::chrono::seconds(10);
  // Bytes that the system holds for one connection until its peer has taken them (SO_SNDBUF, of
  // which the system makes up to twice as much); then writing waits. 0: as much as it likes
  // (tcp(7): tcp_wmem). TLS, WebSocket and framing hold the message that is being written besides,
  // TLS 64 KiB of it, and 16 KiB of answers.
  std::size_t output_max = 0;
};

}  // namespace bowline
