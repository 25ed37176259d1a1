// Advice on IP ports: who holds the one that is in use, and what listens instead of the one that
// refuses. Part of advice(), which see.
#pragma once

#include "bowline/base/address.h"
#include "bowline/os/socket_table.h"

#include <string>
#include <vector>

namespace bowline::os {

std::string port_in_use_advice(const Address& address);
// `kind` is tcp or udp.
std::string port_refused_advice(const Address& address, SocketKind kind);

// True when sockets at both addresses, ports aside, are in each other's way: the same host, or one
// is all of them. [::] counts as all of IPv4 too, as it is unless IPV6_V6ONLY is set.
bool hosts_overlap(const Address& left, const Address& right);

// The addresses of this machine's interfaces (getifaddrs(3)), with port 0, loopback last;
// link-local ones are left out.
std::vector<Address> local_addresses();

}  // namespace bowline::os
