// What happens on a connection before its handler has it: the handshake of TLS, the HTTP that opens
// a WebSocket, telling protocols apart, finding out who it is. The URL's scheme says which.
#pragma once

#include "bowline/auth/authenticator.h"
#include "bowline/base/address_range.h"
#include "bowline/base/url.h"
#include "bowline/net/network.h"
#include "bowline/proto/sniff.h"
#include "bowline/server/limits.h"
#include "bowline/session/framing.h"
#include "bowline/session/websocket.h"
#include "bowline/tls/context.h"

#include <functional>
#include <memory>
#include <vector>

namespace bowline {

struct OpenOptions {
  WebSocketSettings websocket;
  Framing framing;  // tcp://, tls://, unix: and what any:// takes for bytes
  // For tls://, wss:// and any://, where it may be null: that then speaks no TLS.
  std::shared_ptr<TlsContext> tls;
  SniffOptions sniffing;  // any://
  // Lets in those that it knows; null: everybody. A handler has identity_of(stream).
  std::shared_ptr<Authenticator> authenticator;
  // Proxies that tell who their client is, with the PROXY protocol (see accept_proxied). When any
  // are named, stream connections have to come through one of them.
  std::vector<AddressRange> proxies;
  // For TLS, and then for each head of HTTP; a Server sets this, and those of HTTP, by its limits.
  Duration handshake_timeout = std::chrono::seconds(10);

  void obey(const ServerLimits& limits);
};

// Where connections for `url` come in: the tcp:// or unix: URL below it; datagrams as they are.
std::string transport_url(Url url);

// Gives the stream that the handler gets; none when the client has left without asking for it. The
// options are those that it was made for, but for their times; they must outlive it all.
using Opener = std::function<Task<Stream>(Network, Stream, const OpenOptions&)>;

// For connections to `url`; empty where there is nothing to open. Throws Error for a scheme that
// nothing is known of, or that lacks its certificate.
Opener make_opener(const Url& url, const OpenOptions& options);

}  // namespace bowline
