// The ack service: each message is answered with "accepted"; "close", in any case, with "closed"
// and the end.
#pragma once

#include "bowline/session/message_stream.h"

namespace bowline {

Task<> serve_ack(MessageStream messages);

}  // namespace bowline
