// connect_messages(url): a MessageSocket to wherever a URL leads, for programs without coroutines.
#pragma once

#include "bowline/client/connect.h"
#include "bowline/session/message_socket.h"

namespace bowline {

// Connects as connect(network, url, options) does, with a thread of its own behind it. Throws Error
// that names the address and why; also when that takes longer than `wait`, names, TLS and HTTP
// included.
MessageSocket connect_messages(std::string url, const ConnectOptions& options = {},
                               Duration wait = forever);

}  // namespace bowline
