// listen(network, url): a Listener at whatever address a URL names.
#pragma once

#include "bowline/net/network.h"

#include <string>

namespace bowline {

// Listens at tcp://host:port, unix:/path or unix:@abstract; "host:port" and ":port" mean tcp, an
// empty host all interfaces, port 0 any that is free. Of a host name's addresses the first is
// taken. Throws Error that says why and, for an address in use, by whom.
Task<Listener> listen(Network network, std::string url, ListenOptions options = {});

}  // namespace bowline
