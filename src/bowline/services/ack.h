// The ack service: each message is answered with "accepted"; "close", in any case, with "closed"
// and the end.
#pragma once

#include "bowline/net/stream.h"

namespace bowline {

Task<> serve_ack(Stream stream);

}  // namespace bowline
