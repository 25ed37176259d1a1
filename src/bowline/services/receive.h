// The receive service: one message is taken, then the connection is closed.
#pragma once

#include "bowline/net/stream.h"

namespace bowline {

Task<> serve_receive(Stream stream);

}  // namespace bowline
