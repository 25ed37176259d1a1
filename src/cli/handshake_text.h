// What was agreed on with a peer before the first byte of talk, as lines to read.
#pragma once

#include "bowline/net/stream.h"
#include "bowline/tls/identity.h"

#include <string>

namespace bowline::cli {

// Lines with their ends: version and cipher of TLS, whose certificate it is, for which names, by
// whom, until when. One line for a stream without TLS.
std::string handshake_text(Stream& stream);
// The heads of HTTP that opened a WebSocket, or failed to: a line each, "> " before what was sent
// and "< " before what was answered. What would let others in is hidden.
std::string heads_text(std::string_view request, std::string_view answer);

// "2027-01-01 00:00 UTC (41 days left)", "... (expired 3 days ago)".
std::string expiry_text(WallTime valid_until, WallTime now);

}  // namespace bowline::cli
