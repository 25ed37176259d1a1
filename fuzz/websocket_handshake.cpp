// Both ends of the opening handshake before a peer that says anything. Input: a request's fields or
// an answer's, behind a first byte that says which.
#include "bowline/proto/websocket_handshake.h"

#include "bowline/base/check.h"
#include "bowline/proto/http_server.h"

namespace {

using namespace bowline;

const DeflateParameters wanted = {.server_window_bits = 12, .client_window_bits = 11};

// What is accepted, our own client understands in the same way, had it asked so.
void try_server(std::string_view fields) {
  const HttpServerOptions http_options;
  HttpServerProtocol http(http_options);
  std::string text =
      "GET / HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  text.append(fields).append("\r\n\r\n");
  http.receive(text);
  if (http.next_event().kind != HttpServerEvent::Kind::request) return;
  WebSocketServerOptions options{.origins = {"http://there"}, .subprotocols = {"a", "b"}};
  options.deflate = wanted;
  WebSocketAnswer answer = answer_websocket(http.request(), options);
  if (!answer.accepted()) {
    BOWLINE_CHECK(answer.status >= 400 && !answer.why.empty());
    return;
  }
  if (answer.deflate) {
    auto extensions = parse_extensions(answer.fields.back().value);
    BOWLINE_CHECK(extensions && extensions->size() == 1);
    auto understood = accept_deflate_answer(extensions->front(), {});
    BOWLINE_CHECK(understood == answer.deflate);
  }
  http.upgrade(answer.fields);
}

void try_client(std::string_view fields) {
  const HttpLimits limits;
  HttpResponseReader reader(limits);
  std::string text =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  text.append("Sec-WebSocket-Accept: ").append(websocket_accept("AAAAAAAAAAAAAAAAAAAAAA=="));
  text.append("\r\n").append(fields).append("\r\n\r\n");
  reader.receive(text);
  if (reader.next_event().kind != HttpResponseEvent::Kind::head) return;
  WebSocketRequest request{.subprotocols = {"a", "b"}, .deflate = wanted};
  WebSocketOpened opened = check_websocket_answer(reader.response(), request, WebSocketKey{});
  if (!opened.ok() || !opened.deflate) return;
  BOWLINE_CHECK(opened.deflate->server_window_bits >= 8 &&
                opened.deflate->server_window_bits <= 12);
  BOWLINE_CHECK(opened.deflate->client_window_bits >= 8 &&
                opened.deflate->client_window_bits <= 11);
}

// A server that is busy says for how long.
void try_refusal(std::string_view fields) {
  const HttpLimits limits;
  HttpResponseReader reader(limits);
  std::string text = "HTTP/1.1 503 Busy\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
  text.append(fields).append("\r\n\r\n");
  reader.receive(text);
  if (reader.next_event().kind != HttpResponseEvent::Kind::head) return;
  WebSocketOpened opened = check_websocket_answer(reader.response(), {}, WebSocketKey{});
  BOWLINE_CHECK(!opened.ok() && opened.status == 503);
  BOWLINE_CHECK(opened.retry_after >= Duration() && opened.retry_after <= std::chrono::hours(24));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    try_server(text);
  } else {
    try_client(text);
    try_refusal(text);
  }
  return 0;
}
