// WebSocket over any stream (RFC 6455): the opening handshake of both ends, after which a Stream or
// MessageStream carries whole messages, and a WebSocket what is special to it.
#pragma once

#include "bowline/net/network.h"
#include "bowline/proto/http_server.h"
#include "bowline/proto/websocket.h"
#include "bowline/proto/websocket_handshake.h"
#include "bowline/session/message_stream.h"

#include <functional>
#include <string>
#include <string_view>

namespace bowline {

class WebSocketLayer;

// What is answered to a request that asks for no WebSocket.
struct HttpPage {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
};
using HttpPages = std::function<HttpPage(const HttpRequest& request)>;
// A page at "/" that talks to the WebSocket it came from; 404 elsewhere.
HttpPage websocket_console(const HttpRequest& request);

// What a server agrees to. One may serve any number of connections, and must outlive them.
struct WebSocketSettings {
  WebSocketServerOptions handshake{.deflate = DeflateParameters()};
  WebSocketOptions messages;
  HttpServerOptions http;
  HttpPages pages = websocket_console;
};

// Is asked about each request before it is answered: lets it pass (WebSocketAnswer::accepted), or
// says what is answered in its place.
class WebSocketGuard {
 public:
  virtual Task<WebSocketAnswer> admit(const HttpRequest& request) = 0;

 protected:
  ~WebSocketGuard() = default;
};

// Serves HTTP on `stream` until a request opens a WebSocket, and gives that; no stream when the
// client leaves without. Throws Error when the network fails, and what `guard` throws. Limits of
// time are those of `settings.http`.
Task<Stream> accept_websocket(Network network, Stream stream, const WebSocketSettings& settings,
                              WebSocketGuard* guard = nullptr);

// The Error of a server that answered in HTTP in place of opening a WebSocket. Only a catch by this
// type has what it adds: a Result keeps the text and the code.
class HttpRefusal : public Error {
 public:
  HttpRefusal(Error error, int status, Duration retry_after)
      : Error(std::move(error)), status_(status), retry_after_(retry_after) {}

  int status() const { return status_; }
  // How long the server wants to be left alone (Retry-After, RFC 9110 10.2.3); zero: it did not
  // say.
  Duration retry_after() const { return retry_after_; }

 private:
  int status_;
  Duration retry_after_;
};

struct WebSocketConnectOptions {
  WebSocketRequest request;  // the host and the target are those of the URL
  WebSocketOptions messages;
  // Told of the request's head and the answer's, as they went over the wire, whatever they say.
  std::function<void(std::string_view request, std::string_view answer)> observer;
};

// Asks the server at the other end of `stream` for a WebSocket at `url` (ws, wss, ws+unix). Throws
// Error; an HttpRefusal when the server answered something else. Has no deadline of its own: see
// within().
Task<Stream> open_websocket(Network network, Stream stream, std::string url,
                            const WebSocketConnectOptions& options);

// Ends what goes over `messages` so that nobody takes it for whole: a WebSocket closes with `code`
// and `reason` (RFC 6455 7.4), all else is reset when it closes.
void break_off(MessageStream& messages, unsigned code, std::string_view reason);

// A MessageStream that is known to be a WebSocket.
class WebSocket : public MessageStream {
 public:
  // `stream` came from one of the above, or its handler was called for ws:// or wss://.
  explicit WebSocket(Stream stream);

  // "/path?query" as the client asked; "/" may be shown as empty.
  const std::string& target() const;
  const std::string& subprotocol() const;
  // Says goodbye with `code` and `reason` (at most 123 bytes) and waits for the peer's, as long as
  // WebSocketOptions::close_timeout; messages that still come are dropped.
  Task<> close(unsigned code = websocket_normal, std::string reason = {});
  // Once receive() gave the end: why it closed, as the peer said. Zero for a plain goodbye.
  unsigned close_code() const;
  const std::string& close_reason() const;

 private:
  WebSocketLayer& layer() const;
};

}  // namespace bowline
