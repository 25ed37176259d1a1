// What happens on a connection before its handler has it: the handshake of TLS, the HTTP that opens
// a WebSocket, telling protocols apart. The URL's scheme says which.
#pragma once

#include "bowline/base/url.h"
#include "bowline/net/network.h"
#include "bowline/session/websocket.h"

#include <functional>

namespace bowline {

// Gives the stream that the handler gets; none when the client has left without asking for it.
using Opener = std::function<Task<Stream>(Network, Stream)>;

struct OpenOptions {
  WebSocketSettings websocket;
  // How long a client may take to get as far as the handler.
  Duration handshake_timeout = std::chrono::seconds(10);
};

// For connections to `url`; empty where there is nothing to open. `options` must outlive it. Throws
// Error for a scheme that nothing is known of.
Opener make_opener(const Url& url, const OpenOptions& options);

}  // namespace bowline
