// connect(network, url): a Stream to wherever a URL leads. The scheme says by which transport.
#pragma once

#include "bowline/net/network.h"

#include <string>

namespace bowline {

// Connects to tcp://host:port or unix:/path or unix:@abstract; "host:port" means tcp, an empty host
// this machine. To udp://host:port or unixgram:/path it is a stream of datagrams: each write is
// one, each read gives one, and connecting alone tells nothing of whether anybody is there. A host
// name's addresses are raced, so localhost works whichever family listens. Throws Error that names
// the address and why. There is no deadline of its own: see within().
//
//   Stream stream = co_await within(5s, connect(network, "tcp://example.org:7"));
Task<Stream> connect(Network network, std::string url);

}  // namespace bowline
