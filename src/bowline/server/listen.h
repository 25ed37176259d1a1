// listen(network, url): a Listener at whatever address a URL names; bind(network, url) the same for
// datagrams.
#pragma once

#include "bowline/base/url.h"
#include "bowline/net/datagram_peers.h"
#include "bowline/net/network.h"

#include <string>
#include <string_view>
#include <variant>

namespace bowline {

// Listens at tcp://host:port, unix:/path or unix:@abstract; "host:port" and ":port" mean tcp, an
// empty host all interfaces, port 0 any that is free. Of a host name's addresses the first is
// taken. Throws Error that says why and, for an address in use, by whom.
Task<Listener> listen(Network network, std::string url, ListenOptions options = {});

// A datagram socket at udp://host:port, unixgram:/path or unixgram:@abstract, in the same way.
Task<Datagrams> bind(Network network, std::string url, DatagramOptions options = {});

// Throws the Error of both for a URL without a port that needs one; `action` is what it says.
void check_port(const Url& url, std::string_view action);

// Does `url` name a socket of datagrams, for bind()?
bool is_datagram(const Url& url);

// Either, as the URL's scheme says: streams, or a stream for each peer that sends datagrams.
using Door = std::variant<Listener, DatagramPeers>;
Task<Door> open_door(Network network, std::string url, ListenOptions options = {},
                     PeerLimits limits = {});

}  // namespace bowline
