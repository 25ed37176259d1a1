// Connections that come through a proxy which tells, with the PROXY protocol, who its client is.
#pragma once

#include "bowline/base/address_range.h"
#include "bowline/net/stream.h"
#include "bowline/proto/proxy_protocol.h"

#include <vector>

namespace bowline {

// Reads the PROXY header, of version 1 or 2, that `stream` begins with, and gives a stream whose
// peer_address() and local_address() are those that it names, and whose bytes are what follows it.
// A proxy that speaks for itself (LOCAL, UNKNOWN) keeps its own. Every connection has to begin with
// one: who guesses can be fooled. Throws Error when it does not (std::errc::protocol_error), and at
// once when its peer is none of `trusted` (Errc::peer_not_trusted). Has no deadline of its own.
Task<Stream> accept_proxied(Stream stream, const std::vector<AddressRange>& trusted);

// The other way round: what to send first to a server, to tell it who is at the other end of
// `client`.
std::string proxy_header_for(const Stream& client, ProxyVersion version);

}  // namespace bowline
