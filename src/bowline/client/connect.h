// connect(network, url): a Stream to wherever a URL leads. The scheme says by which transport.
#pragma once

#include "bowline/auth/credential.h"
#include "bowline/net/network.h"
#include "bowline/session/framing.h"
#include "bowline/session/websocket.h"
#include "bowline/tls/context.h"

#include <memory>
#include <optional>
#include <string>

namespace bowline {

struct ConnectOptions {
  WebSocketConnectOptions websocket;  // ws, wss, ws+unix
  Framing framing;                    // tcp, tls, unix
  // tls, wss: whom to trust. Null: the authorities that the system trusts.
  std::shared_ptr<const TlsContext> tls;
  // What to tell a server that asks who we are: in the handshake of a WebSocket, elsewhere as what
  // is said first (auth/first_message.h). Without TLS it can be read on its way.
  std::optional<Credential> credential;
  // Goes before all else, TLS as well: what a proxy tells of its client (session/proxied.h).
  std::string preamble;
};

// Connects to tcp://host:port, tls://host:port, ws://host:port/path, wss://host:port/path, or to
// unix:/path, unix:@abstract, ws+unix:/path; "host:port" means tcp, an empty host this machine. To
// udp://host:port or unixgram:/path it is a stream of datagrams: each write is one, each read gives
// one, and connecting alone tells nothing of whether anybody is there. A host name's addresses are
// raced, so localhost works whichever family listens. Throws Error that names the address and why.
// There is no deadline of its own: see within().
//
//   Stream stream = co_await within(5s, connect(network, "tcp://example.org:7"));
Task<Stream> connect(Network network, std::string url);
// `options` must last until then.
Task<Stream> connect(Network network, std::string url, const ConnectOptions& options);

// The Error that connect() would throw for what `url` says, wherever it is called.
Result<void> check_target(const std::string& url);

}  // namespace bowline
