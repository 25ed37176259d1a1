// TLS over any stream: the handshake of both ends, after which a Stream carries plain bytes above
// and TLS below. Its end is told from a connection that was cut, which is an Error.
#pragma once

#include "bowline/net/network.h"
#include "bowline/tls/context.h"
#include "bowline/tls/engine.h"

#include <string>

namespace bowline {

// The server's end on `stream`, which a client has connected. Throws Error that says what was wrong
// with it; limits of time are the caller's (within()).
Task<Stream> accept_tls(Network network, Stream stream, const TlsContext& context);

// The client's end: checks that the server is `host` (a name or an IP address), as `context` says.
// `port` tells the sessions apart that are kept for short handshakes.
Task<Stream> connect_tls(Network network, Stream stream, const TlsContext& context,
                         std::string host, unsigned port);

// What was agreed on, for a stream that came from above, through other layers too; nothing for one
// without TLS.
std::optional<TlsFacts> tls_facts(Stream& stream);

}  // namespace bowline
