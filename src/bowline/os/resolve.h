// Host names to addresses, by the system's own rules (getaddrinfo(3): /etc/hosts, DNS, and what
// nsswitch.conf adds). Blocks for as long as the name servers take, often many seconds.
#pragma once

#include "bowline/base/address.h"

#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

namespace bowline::os {

struct Lookup {
  std::vector<Address> addresses;  // in the order to try them; empty when there is an error
  std::error_code error;           // Errc::name_not_found and the like, or a number of errno
};

// The addresses of `host`, all with `port`, of one family or of all (Family::none). Literals
// ("127.0.0.1", "fe80::1%eth0") are answered at once. `passive` is for sockets that are bound: an
// empty host then means all interfaces, IPv4 before IPv6, and names are sorted so too, as servers
// written in Python have it; otherwise an empty host means loopback.
Lookup look_up(const std::string& host, std::uint16_t port, bool passive,
               Family family = Family::none);

// True when look_up() would answer at once, without asking anyone.
bool is_literal(const std::string& host);

}  // namespace bowline::os
