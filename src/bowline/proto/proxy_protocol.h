// The PROXY protocol, versions 1 and 2 (haproxy.org: proxy-protocol.txt): what a proxy sends first
// on a connection, to tell who its client is. Anybody could send it: it means something only from
// an address that is trusted.
#pragma once

#include "bowline/base/address.h"
#include "bowline/base/bytes.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace bowline {

enum class ProxyVersion : std::uint8_t { none, v1, v2 };

struct ProxyHeader {
  // Family::none where the proxy speaks for itself, as in a health check, or does not know.
  Address source;       // the client
  Address destination;  // where the client connected to
};

inline constexpr std::size_t proxy_v1_size_max = 107;   // with its "\r\n"
inline constexpr std::size_t proxy_v2_size_max = 4096;  // with what it may say besides (TLVs)

struct ProxyReading {
  enum class State : std::uint8_t { incomplete, complete, failed };

  State state = State::incomplete;
  std::size_t size = 0;  // complete: of the header; what follows is the client's
  ProxyHeader header;
  std::string why;  // failed
};

// `seen` is all that came so far. What it tells once it is not incomplete, it also tells with more
// behind. Strict: what the specification does not define is refused, as it may be no header at
// all; the TLVs of version 2 are skipped.
ProxyReading read_proxy_header(Bytes seen);

// The header that says `header`, in `version`, which is v1 or v2. Addresses of two families are
// both written as IPv6 if they can be; what a version has no words for is sent as unknown.
std::string proxy_header(ProxyVersion version, const ProxyHeader& header);

}  // namespace bowline
