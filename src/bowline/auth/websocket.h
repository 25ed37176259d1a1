// Who opens a WebSocket: the request's Authorization says it (RFC 9110 11.6), or the connection.
// Pages ask for it too, so that a browser asks its user, and then says it for the WebSocket as
// well.
#pragma once

#include "bowline/auth/authenticator.h"
#include "bowline/session/websocket.h"

namespace bowline {

// As accept_websocket, for peers that `authenticator` knows: identity_of() says who it is. Others
// are answered with 401 and the schemes to use, after too many failures with 429 and when to come
// again. Throws Error that says why when a peer was refused and then left.
Task<Stream> authenticate_websocket(Network network, Stream stream, Authenticator& authenticator,
                                    const WebSocketSettings& settings);

}  // namespace bowline
