// Who opens a WebSocket: the request's Authorization says it (RFC 9110 11.6), or the connection.
// Pages ask for it too, so that a browser asks its user, and then says it for the WebSocket as
// well.
#pragma once

#include "bowline/auth/authenticator.h"
#include "bowline/session/websocket.h"

namespace bowline {

// Admits the requests on one stream that come from those whom `authenticator` knows. Others are
// answered with 401 and the schemes to use, after too many failures with 429 and when to come
// again.
class HttpGuard final : public WebSocketGuard {
 public:
  HttpGuard(Network network, Authenticator& authenticator, Stream& stream);

  Task<WebSocketAnswer> admit(const HttpRequest& request) override;
  // What became of the last request.
  Admission& admission() { return admission_; }

 private:
  WebSocketAnswer refusal() const;

  Network network_;
  Authenticator& authenticator_;
  Evidence evidence_;
  std::string source_;
  Admission admission_;
};

// As accept_websocket, for peers that an HttpGuard admits: identity_of() says who it is. Throws
// Error that says why when a peer was refused and then left.
Task<Stream> authenticate_websocket(Network network, Stream stream, Authenticator& authenticator,
                                    const WebSocketSettings& settings);

}  // namespace bowline
