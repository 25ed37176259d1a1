// The opening handshake of WebSocket (RFC 6455 4): what a server answers to a request, what a
// client asks and makes of the answer. Afterwards both ends speak frames.
#pragma once

#include "bowline/base/bytes.h"
#include "bowline/base/time.h"
#include "bowline/proto/deflate_parameters.h"
#include "bowline/proto/http_request.h"
#include "bowline/proto/http_response_reader.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bowline {

struct WebSocketServerOptions {
  // Origins ("https://example.org") whose pages may connect, besides those of this host itself; "*"
  // means all. Programs other than browsers name no origin and may always connect.
  std::vector<std::string> origins;
  // What is spoken inside, best first. Without one in common the connection speaks none.
  std::vector<std::string> subprotocols;
  // How messages may be compressed; none: they are not.
  std::optional<DeflateParameters> deflate;
};

// What to send: with status 101 by HttpServerProtocol::upgrade, else by respond.
struct WebSocketAnswer {
  int status = 101;
  HttpFieldList fields;
  std::string why;          // a sentence about the refusal
  std::string subprotocol;  // empty: none
  std::optional<DeflateParameters> deflate;

  bool accepted() const { return status == 101; }
};

// Whether a request asks for WebSocket at all; others are for ordinary HTTP.
bool asks_for_websocket(const HttpRequest& request);
WebSocketAnswer answer_websocket(const HttpRequest& request, const WebSocketServerOptions& options);

struct WebSocketRequest {
  std::string host;          // of the Host field, see host_field
  std::string target = "/";  // path and query; what may not stand there is written as %XX
  std::string origin;        // empty: no Origin field
  std::vector<std::string> subprotocols;
  std::optional<DeflateParameters> deflate;  // none: compression is not offered
  HttpFieldList fields;                      // others: cookies, Authorization
};

// 16 bytes that nobody can guess, new for each connection.
using WebSocketKey = std::array<std::byte, 16>;

// "example.org:9797", "[::1]"; without the port where that is the scheme's own, without an IPv6
// zone.
std::string host_field(std::string_view host, std::uint16_t port, std::uint16_t default_port);
std::string websocket_request(const WebSocketRequest& request, const WebSocketKey& key);

// What came of it. `why` is empty if it worked, else what to tell a user.
struct WebSocketOpened {
  std::string why;
  int status = 101;        // of the answer
  Duration retry_after{};  // not 101: how long the server wants to be left alone
  std::string subprotocol;
  std::optional<DeflateParameters> deflate;

  bool ok() const { return why.empty(); }
};
WebSocketOpened check_websocket_answer(const HttpResponse& response,
                                       const WebSocketRequest& request, const WebSocketKey& key);

// The value of Sec-WebSocket-Accept for that of Sec-WebSocket-Key.
std::string websocket_accept(std::string_view key);

}  // namespace bowline
