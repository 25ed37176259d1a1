// The receive service: one message is taken, then the connection is closed.
#pragma once

#include "bowline/session/message_stream.h"

namespace bowline {

Task<> serve_receive(MessageStream messages);

}  // namespace bowline
