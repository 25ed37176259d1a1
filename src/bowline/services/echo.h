// The echo service: everything comes back as it came, until the peer ends (RFC 862).
#pragma once

#include "bowline/session/message_stream.h"

namespace bowline {

Task<> serve_echo(MessageStream messages);

}  // namespace bowline
