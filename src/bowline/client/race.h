// Connecting to a name that has several addresses: they are tried one after the other with a head
// start each, the first that answers wins (RFC 8305, "Happy Eyeballs").
#pragma once

#include "bowline/net/network.h"

#include <vector>

namespace bowline {

// How long an address is tried alone before the next one joins (RFC 8305 5).
inline constexpr Duration head_start = std::chrono::milliseconds(250);

// A stream to the first of `addresses` (at least one) that accepts. When none does: the Error of
// the one that was tried first.
Task<Stream> race(Network network, std::vector<Address> addresses);

// `addresses` with the families taking turns, beginning with that of the first (RFC 8305 4).
std::vector<Address> interleave(const std::vector<Address>& addresses);

}  // namespace bowline
