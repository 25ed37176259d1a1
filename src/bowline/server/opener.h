// What happens on a connection before its handler has it: the handshake of TLS, the HTTP that opens
// a WebSocket, telling protocols apart. The URL's scheme says which.
#pragma once

#include "bowline/base/url.h"
#include "bowline/net/network.h"
#include "bowline/proto/sniff.h"
#include "bowline/session/framing.h"
#include "bowline/session/websocket.h"
#include "bowline/tls/context.h"

#include <functional>
#include <memory>

namespace bowline {

// Gives the stream that the handler gets; none when the client has left without asking for it.
using Opener = std::function<Task<Stream>(Network, Stream)>;

struct OpenOptions {
  WebSocketSettings websocket;
  Framing framing;  // tcp://, tls://, unix: and what any:// takes for bytes
  // For tls://, wss:// and any://, where it may be null: that then speaks no TLS.
  std::shared_ptr<TlsContext> tls;
  SniffOptions sniffing;  // any://
  // For TLS, and then for each head of HTTP; a Server sets it to its own.
  Duration handshake_timeout = std::chrono::seconds(10);
};

// Where connections for `url` come in: the tcp:// or unix: URL below it; datagrams as they are.
std::string transport_url(Url url);

// For connections to `url`; empty where there is nothing to open. `options` must outlive it. Throws
// Error for a scheme that nothing is known of, or that lacks its certificate.
Opener make_opener(const Url& url, const OpenOptions& options);

}  // namespace bowline
