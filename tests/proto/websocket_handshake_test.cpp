#include "bowline/proto/websocket_handshake.h"

#include "bowline/proto/http_server.h"
#include "tests/proto/http_talk.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using testing::default_server;

constexpr char key_text[] = "dGhlIHNhbXBsZSBub25jZQ==";
const WebSocketKey key = [] {
  WebSocketKey bytes;
  std::string_view text = "the sample nonce";
  for (std::size_t index = 0; index < bytes.size(); ++index) bytes[index] = std::byte(text[index]);
  return bytes;
}();

struct Line {
  std::string_view name;
  std::string text;  // empty: left out
};

// A request of the RFC with some of its lines exchanged.
std::string request_with(const std::vector<Line>& lines, const std::string& more = "") {
  std::vector<Line> all = {{"first", "GET /chat HTTP/1.1"},
                           {"host", "Host: server.example.com"},
                           {"upgrade", "Upgrade: websocket"},
                           {"connection", "Connection: Upgrade"},
                           {"key", std::string("Sec-WebSocket-Key: ") + key_text},
                           {"version", "Sec-WebSocket-Version: 13"}};
  std::string out;
  for (Line& line : all) {
    for (const Line& other : lines) {
      if (other.name == line.name) line.text = other.text;
    }
    if (!line.text.empty()) out += line.text + "\r\n";
  }
  return out + more + "\r\n";
}

WebSocketAnswer answer(const std::string& text, const WebSocketServerOptions& options = {}) {
  HttpServerProtocol http(default_server());
  http.receive(text);
  EXPECT_EQ(http.next_event().kind, HttpServerEvent::Kind::request) << http.failure().why;
  return answer_websocket(http.request(), options);
}

int status_with(const std::vector<Line>& lines, const std::string& more = "") {
  return answer(request_with(lines, more)).status;
}

std::string field(const WebSocketAnswer& answer, std::string_view name) {
  for (const HttpField& field : answer.fields) {
    if (field.name == name) return field.value;
  }
  return "";
}

TEST(WebSocketServer, answers_the_example_of_the_standard) {
  WebSocketAnswer said = answer(request_with({}));
  EXPECT_TRUE(said.accepted());
  EXPECT_EQ(field(said, "Upgrade"), "websocket");
  EXPECT_EQ(field(said, "Connection"), "Upgrade");
  EXPECT_EQ(field(said, "Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(said.fields.size(), 3u);
}

TEST(WebSocketServer, takes_tokens_among_others_in_any_case) {
  EXPECT_EQ(status_with({{"connection", "Connection: keep-alive, UPGRADE"}}), 101);
  EXPECT_EQ(status_with({{"upgrade", "Upgrade: h2c, WebSocket"}}), 101);
}

TEST(WebSocketServer, says_what_a_request_lacks) {
  EXPECT_EQ(status_with({{"first", "POST /chat HTTP/1.1"}}), 405);
  EXPECT_EQ(status_with({{"first", "GET /chat HTTP/1.0"}}), 400);
  EXPECT_EQ(status_with({{"upgrade", ""}}), 426);
  EXPECT_EQ(status_with({{"upgrade", "Upgrade: websockets"}}), 426);
  EXPECT_EQ(status_with({{"connection", ""}}), 400);
  EXPECT_EQ(status_with({{"connection", "Connection: close"}}), 400);
  EXPECT_EQ(status_with({}, "Content-Length: 5\r\n"), 400);
  EXPECT_EQ(status_with({}, "Transfer-Encoding: chunked\r\n"), 400);
  EXPECT_EQ(status_with({}, "Content-Length: 0\r\n"), 101);
  EXPECT_EQ(status_with({}, "Sec-WebSocket-Protocol: a b\r\n"), 400);
  EXPECT_EQ(status_with({}, "Sec-WebSocket-Extensions: a;\r\n"), 400);
}

TEST(WebSocketServer, wants_a_key_of_16_bytes) {
  for (const char* wrong : {"", "Sec-WebSocket-Key:", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ",
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j", "Sec-WebSocket-Key: x"}) {
    EXPECT_EQ(status_with({{"key", wrong}}), 400) << wrong;
  }
  EXPECT_EQ(status_with({}, std::string("Sec-WebSocket-Key: ") + key_text + "\r\n"), 400);
}

TEST(WebSocketServer, says_which_version_it_speaks) {
  for (const char* wrong : {"", "Sec-WebSocket-Version: 8", "Sec-WebSocket-Version: 013",
                            "Sec-WebSocket-Version: 13, 8"}) {
    WebSocketAnswer said = answer(request_with({{"version", wrong}}));
    EXPECT_EQ(said.status, 426) << wrong;
    EXPECT_EQ(field(said, "Sec-WebSocket-Version"), "13");
    EXPECT_EQ(field(said, "Upgrade"), "websocket");
  }
}

TEST(WebSocketServer, lets_pages_of_its_own_host_in_and_no_others) {
  auto status = [](const std::string& origin, const std::vector<std::string>& allowed = {},
                   const std::string& host = "Host: server.example.com") {
    std::string text = request_with({{"host", host}}, "Origin: " + origin + "\r\n");
    return answer(text, {.origins = allowed}).status;
  };
  EXPECT_EQ(status("http://server.example.com"), 101);
  EXPECT_EQ(status("https://SERVER.example.com"), 101);
  EXPECT_EQ(status("http://server.example.com:80"), 101);
  EXPECT_EQ(status("http://h:81", {}, "Host: h:81"), 101);
  EXPECT_EQ(status("http://[::1]:81", {}, "Host: [::1]:81"), 101);
  EXPECT_EQ(status("http://[::1]", {}, "Host: [::1]"), 101);
  for (const char* other :
       {"http://example.com", "http://server.example.com:81", "http://server.example.com.evil.org",
        "null", "", "server.example.com", "http://evil.org/http://server.example.com", "://",
        "http://evil.org\r\nOrigin: http://server.example.com"}) {
    EXPECT_EQ(status(other), 403) << other;
  }
  EXPECT_EQ(status("http://[::1]:81", {}, "Host: [::1]"), 403);
  EXPECT_EQ(status("http://", {}, "Host:"), 403);
  EXPECT_EQ(status("https://a.org", {"https://a.org"}), 101);
  EXPECT_EQ(status("http://a.org", {"https://a.org"}), 403);
  EXPECT_EQ(status("null", {"*"}), 101);
}

TEST(WebSocketServer, chooses_the_subprotocol_it_likes_best) {
  WebSocketServerOptions options{.subprotocols = {"best", "good"}};
  auto chosen = [&](const std::string& fields) {
    WebSocketAnswer said = answer(request_with({}, fields), options);
    EXPECT_EQ(field(said, "Sec-WebSocket-Protocol"), said.subprotocol);
    return said.subprotocol;
  };
  EXPECT_EQ(chosen("Sec-WebSocket-Protocol: good, best\r\n"), "best");
  EXPECT_EQ(chosen("Sec-WebSocket-Protocol: x\r\nSec-WebSocket-Protocol: good\r\n"), "good");
  EXPECT_EQ(chosen("Sec-WebSocket-Protocol: Best\r\n"), "");
  EXPECT_EQ(chosen(""), "");
}

TEST(WebSocketServer, takes_the_first_offer_that_it_can_meet) {
  std::string offers =
      "Sec-WebSocket-Extensions: other, permessage-deflate; server_max_window_bits=99\r\n"
      "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10, "
      "permessage-deflate\r\n";
  WebSocketAnswer said = answer(request_with({}, offers), {.deflate = DeflateParameters{}});
  EXPECT_EQ(field(said, "Sec-WebSocket-Extensions"),
            "permessage-deflate; server_max_window_bits=10");
  EXPECT_EQ(said.deflate->server_window_bits, 10);
  said = answer(request_with({}, offers));
  EXPECT_FALSE(said.deflate);
  EXPECT_EQ(said.fields.size(), 3u);
  said =
      answer(request_with({}, "Sec-WebSocket-Extensions: x\r\n"), {.deflate = DeflateParameters{}});
  EXPECT_FALSE(said.deflate);
}

// What a client makes of an answer: "" or what is wrong.
std::string opened(std::string text, const WebSocketRequest& request = {},
                   WebSocketOpened* out = nullptr) {
  HttpLimits limits;
  HttpResponseReader reader(limits);
  reader.receive(text);
  EXPECT_EQ(reader.next_event().kind, HttpResponseEvent::Kind::head) << text;
  WebSocketOpened result = check_websocket_answer(reader.response(), request, key);
  if (out) *out = result;
  return result.why;
}

std::string switched(const std::string& more,
                     const std::string& accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         accept + "\r\n" + more + "\r\n";
}

TEST(WebSocketClient, asks_as_the_standard_wants) {
  WebSocketRequest request{.host = "server.example.com", .target = "/chat"};
  EXPECT_EQ(websocket_request(request, key),
            "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n");
}

TEST(WebSocketClient, asks_for_no_more_than_it_means) {
  WebSocketRequest request{.host = "a\r\nX: b", .target = "a b\r\n\xC3\xA4#%41?c", .origin = "o"};
  request.subprotocols = {"x", "y"};
  request.deflate = DeflateParameters{};
  request.fields = {{"Cookie", "a=b"}};
  EXPECT_EQ(websocket_request(request, key),
            "GET /a%20b%0D%0A%C3%A4%23%41?c HTTP/1.1\r\nHost: a  X: b\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\nOrigin: o\r\nSec-WebSocket-Protocol: x, y\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
            "Cookie: a=b\r\n\r\n");
}

TEST(WebSocketClient, names_the_host_without_what_is_plain) {
  EXPECT_EQ(host_field("example.org", 80, 80), "example.org");
  EXPECT_EQ(host_field("example.org", 9797, 80), "example.org:9797");
  EXPECT_EQ(host_field("::1", 443, 443), "[::1]");
  EXPECT_EQ(host_field("fe80::1%eth0", 80, 443), "[fe80::1]:80");
}

TEST(WebSocketClient, hears_how_long_a_server_wants_to_be_left_alone) {
  WebSocketOpened result;
  opened("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n\r\n", {}, &result);
  EXPECT_EQ(result.status, 503);
  EXPECT_EQ(result.retry_after, std::chrono::seconds(7));
  opened("HTTP/1.1 404 Not Found\r\n\r\n", {}, &result);
  EXPECT_EQ(result.status, 404);
  EXPECT_EQ(result.retry_after, Duration());
}

TEST(WebSocketClient, accepts_what_it_asked_for) {
  WebSocketRequest request{.subprotocols = {"a", "b"}, .deflate = DeflateParameters{}};
  WebSocketOpened result;
  EXPECT_EQ(opened(switched("")), "");
  EXPECT_EQ(opened(switched(""), request, &result), "");
  EXPECT_EQ(result.subprotocol, "");
  EXPECT_FALSE(result.deflate);
  EXPECT_EQ(opened(switched("Sec-WebSocket-Protocol: b\r\n"
                            "Sec-WebSocket-Extensions: permessage-deflate\r\n"),
                   request, &result),
            "");
  EXPECT_EQ(result.subprotocol, "b");
  EXPECT_EQ(result.deflate, DeflateParameters{});
}

TEST(WebSocketClient, refuses_what_it_did_not_ask_for) {
  constexpr char subprotocol[] = "the server chose a subprotocol that was not asked for";
  constexpr char extension[] = "the server uses an extension that was not asked for, or not so";
  WebSocketRequest request{.subprotocols = {"a"}, .deflate = DeflateParameters{}};
  EXPECT_EQ(opened(switched("Sec-WebSocket-Protocol: a\r\n")), subprotocol);
  EXPECT_EQ(opened(switched("Sec-WebSocket-Protocol: b\r\n"), request), subprotocol);
  EXPECT_EQ(opened(switched("Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: a\r\n"), request),
            subprotocol);
  EXPECT_EQ(opened(switched("Sec-WebSocket-Extensions: permessage-deflate\r\n")), extension);
  EXPECT_EQ(opened(switched("Sec-WebSocket-Extensions: other\r\n"), request), extension);
  EXPECT_EQ(opened(switched("Sec-WebSocket-Extensions: permessage-deflate; x\r\n"), request),
            extension);
  EXPECT_EQ(opened(switched("Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate\r\n"),
                   request),
            extension);
  EXPECT_EQ(opened(switched("Sec-WebSocket-Extensions: a;\r\n"), request),
            "the server's Sec-WebSocket-Extensions can't be read");
}

TEST(WebSocketClient, wants_proof) {
  constexpr char wrong[] =
      "the server did not prove that it speaks WebSocket: Sec-WebSocket-Accept is wrong";
  EXPECT_EQ(opened(switched("", "S3pPLMBiTxaQ9kYGzzhZRbK+xOo=")), wrong);
  EXPECT_EQ(opened(switched("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")), wrong);
  EXPECT_EQ(opened("HTTP/1.1 101 OK\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"),
            "the server switched to another protocol than WebSocket");
}

TEST(WebSocketClient, explains_why_it_was_refused) {
  EXPECT_EQ(opened("HTTP/1.1 404 Not Found\r\n\r\n"), "the server answered 404 Not Found");
  EXPECT_EQ(opened("HTTP/1.1 403\r\n\r\n"), "the server answered 403 Forbidden");
  EXPECT_EQ(opened("HTTP/1.1 301 Moved\r\nLocation: wss://x/\r\n\r\n"),
            "the server answered 301 Moved: it redirects to wss://x/");
  EXPECT_EQ(opened("HTTP/1.1 200 OK\r\n\r\n"),
            "the server answered 200 OK: it speaks plain HTTP here, not WebSocket");
  EXPECT_EQ(opened("HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 8\r\n\r\n"),
            "the server answered 426 Upgrade Required: it speaks WebSocket of version 8");
}

TEST(WebSocketHandshake, of_our_two_ends_works) {
  WebSocketRequest request{.host = "here",
                           .subprotocols = {"a", "b"},
                           .deflate = DeflateParameters{.server_window_bits = 12}};
  std::string text = websocket_request(request, key);
  HttpServerProtocol http(default_server());
  http.receive(text);
  ASSERT_EQ(http.next_event().kind, HttpServerEvent::Kind::request);
  WebSocketServerOptions options{.subprotocols = {"b"}, .deflate = DeflateParameters{}};
  WebSocketAnswer said = answer_websocket(http.request(), options);
  ASSERT_TRUE(said.accepted());
  http.upgrade(said.fields);
  WebSocketOpened result;
  EXPECT_EQ(opened(http.take_output(), request, &result), "");
  EXPECT_EQ(result.subprotocol, "b");
  EXPECT_EQ(result.deflate, said.deflate);
  EXPECT_EQ(result.deflate->server_window_bits, 12);
}

}  // namespace
}  // namespace bowline
