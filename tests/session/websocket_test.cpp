#include "bowline/session/websocket.h"

#include "bowline/net/pipe.h"
#include "bowline/services/echo.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/proto/websocket_peer.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

#include <string>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::encode;
using testing::PeerFrame;

constexpr const char* request =
    "GET /chat?a=b HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

// Both ends of a WebSocket, or what became of the attempt.
struct Ends {
  Stream client;
  Stream server;
  std::string failure;
};

struct Terms {
  WebSocketSettings settings;
  WebSocketConnectOptions options;
};

Task<> accept_into(Network network, Stream stream, const WebSocketSettings& settings,
                   Stream& into) {
  into = co_await accept_websocket(network, std::move(stream), settings);
}

Task<> open_ends(Scope& scope, Network network, const Terms* terms, Ends* ends) {
  auto [left, right] = make_pipe(network.loop());
  scope.start(accept_into(network, std::move(right), terms->settings, ends->server));
  Result<Stream> opened = co_await attempt(
      open_websocket(network, std::move(left), "ws://host:80/chat?a=b", terms->options));
  if (opened) {
    ends->client = std::move(*opened);
  } else {
    ends->failure = opened.error().what();
  }
}

class WebSocketTest : public testing::VirtualLoopTest {
 protected:
  // A body for both ends, as a client and a server.
  using Body = Task<> (*)(Scope& scope, WebSocket* client, WebSocket* server);
  // One for a peer that speaks bytes, with bowline's server at the other end.
  using RawBody = Task<> (*)(Scope& scope, Stream* peer);

  void talk(Body body) {
    auto whole = [](Network network, const Terms* terms, Body inside) -> Task<> {
      Ends ends;
      co_await with_scope(open_ends, network, terms, &ends);
      EXPECT_EQ(ends.failure, "");
      WebSocket client(std::move(ends.client));
      WebSocket server(std::move(ends.server));
      co_await with_scope(inside, &client, &server);
    };
    run(whole(network_, &terms_, body));
  }
  // The server echoes; how that ended is in `served_`.
  void talk_bytes(RawBody body) {
    auto serve = [](Network network, Stream stream, const Terms* terms,
                    std::string* how) -> Task<> {
      Stream opened = co_await accept_websocket(network, std::move(stream), terms->settings);
      *how = "left";
      if (!opened) co_return;
      Result<void> served = co_await attempt(serve_echo(std::move(opened)));
      *how = served ? "ended" : served.error().what();
    };
    auto whole = [](Scope& scope, auto serving, Network network, const Terms* terms,
                    std::string* how, RawBody inside) -> Task<> {
      auto [left, right] = make_pipe(network.loop());
      scope.start(serving(network, std::move(right), terms, how));
      co_await with_scope(inside, &left);
      left = Stream();
    };
    run(with_scope(whole, serve, network_, &terms_, &served_, body));
  }

  Network network_{loop_};
  Terms terms_;
  std::string served_;
};

Task<> upgrade(Stream& peer) {
  co_await peer.write_all(std::string_view(request));
  auto head = co_await peer.read_until("\r\n\r\n");
  EXPECT_TRUE(head->starts_with("HTTP/1.1 101 "));
}

// The next frame of the server.
Task<PeerFrame> receive_frame(Stream& peer, std::string& bytes) {
  PeerFrame frame;
  while (!decode(bytes, frame)) {
    Chunk chunk = co_await peer.read_some();
    if (chunk.empty()) co_return PeerFrame{.opcode = 0, .payload = "(end)"};
    bytes += chunk.text();
  }
  co_return frame;
}

std::string masked(unsigned opcode, std::string payload, bool final = true) {
  return encode({.opcode = opcode, .payload = std::move(payload), .final = final, .masked = true});
}

TEST_F(WebSocketTest, carries_messages_of_each_kind_empty_ones_too) {
  talk([](Scope& scope, WebSocket* client, WebSocket* server) -> Task<> {
    auto send = [](WebSocket* from) -> Task<> {
      co_await from->send("text");
      co_await from->send(Bytes("bytes"));
      co_await from->send("");
      co_await from->send(Bytes());
      co_await from->send_end();
    };
    scope.start(send(client));
    std::string got;
    while (Message message = co_await server->receive()) {
      got += (message.is_text() ? "[text " : "[bytes ") + std::string(message.text()) + "]";
    }
    EXPECT_EQ(got, "[text text][bytes bytes][text ][bytes ]");
    EXPECT_EQ(server->close_code(), 0u) << "a plain goodbye";
  });
}

// How long the server waits for a head of HTTP, and, between pages, for another request.
TEST_F(WebSocketTest, gives_pages_to_who_comes_back_and_closes_on_who_does_not) {
  terms_.settings.http.head_timeout = 10s;
  terms_.settings.http.idle_timeout = 30s;
  talk_bytes([](Scope&, Stream* peer) -> Task<> {
    Context& context = co_await current_context();
    for (int page = 0; page < 4; ++page) {
      co_await sleep(page == 0 ? 9s : 29s);
      co_await peer->write_all("GET /none HTTP/1.1\r\nHost: x\r\n\r\n");
      auto body = co_await peer->read_until("no such page.\n");
      EXPECT_TRUE(body.has_value());
    }
    Time last = context.scheduler().now();
    Chunk end = co_await peer->read_some();
    EXPECT_TRUE(end.empty());
    EXPECT_EQ(context.scheduler().now() - last, 30s);
  });
  EXPECT_EQ(served_, "left");
}

TEST_F(WebSocketTest, waits_for_the_first_head_as_long_as_for_all_of_one) {
  terms_.settings.http.head_timeout = 10s;
  talk_bytes([](Scope&, Stream* peer) -> Task<> {
    Chunk end = co_await within(10s + 1ms, peer->read_some());
    EXPECT_TRUE(end.empty());
  });
  talk_bytes([](Scope&, Stream* peer) -> Task<> {
    co_await peer->write_all("GET / HT");
    auto answer = co_await within(10s + 1ms, peer->read_until("\r\n"));
    EXPECT_EQ(*answer, "HTTP/1.1 408 Request Timeout\r\n");
  });
  EXPECT_EQ(served_, "left");
}

TEST_F(WebSocketTest, tells_an_observer_the_heads_of_both_ends) {
  std::string told;
  terms_.options.observer = [&told](std::string_view asked, std::string_view answered) {
    told = std::string(asked.substr(0, asked.find("\r\n"))) + " -> " +
           std::string(answered.substr(0, answered.find("\r\n")));
    EXPECT_TRUE(asked.ends_with("\r\n\r\n") && answered.find("\r\n\r\n") == answered.npos);
  };
  talk([](Scope&, WebSocket*, WebSocket*) -> Task<> { co_return; });
  EXPECT_EQ(told, "GET /chat?a=b HTTP/1.1 -> HTTP/1.1 101 Switching Protocols");
}

TEST_F(WebSocketTest, knows_its_target_and_subprotocol) {
  terms_.settings.handshake.subprotocols = {"best", "chat"};
  terms_.options.request.subprotocols = {"other", "chat"};
  talk([](Scope&, WebSocket* client, WebSocket* server) -> Task<> {
    for (WebSocket* end : {client, server}) {
      EXPECT_EQ(end->target(), "/chat?a=b");
      EXPECT_EQ(end->subprotocol(), "chat");
    }
    EXPECT_EQ(client->peer_url(), "ws://host:80/chat?a=b");
    co_return;
  });
}

TEST_F(WebSocketTest, closes_with_a_code_and_a_reason_from_either_end) {
  for (bool by_client : {true, false}) {
    auto closing = [](Scope& scope, WebSocket* one, WebSocket* other) -> Task<> {
      scope.start(one->close(3001, "bye"));
      Message message = co_await other->receive();
      EXPECT_FALSE(message);
      EXPECT_EQ(other->close_code(), 3001u);
      EXPECT_EQ(other->close_reason(), "bye");
    };
    static Body body;
    body = closing;
    if (by_client) {
      talk(closing);
    } else {
      talk([](Scope& scope, WebSocket* client, WebSocket* server) {
        return body(scope, server, client);
      });
    }
  }
}

TEST_F(WebSocketTest, closes_in_time_although_the_peer_reads_nothing) {
  talk([](Scope&, WebSocket*, WebSocket* server) -> Task<> {
    std::string big(1 << 20, 'x');
    Result<void> sent = co_await attempt(within(1s, server->send(big)));
    EXPECT_FALSE(sent);
    Result<void> closed = co_await attempt(server->close());
    EXPECT_FALSE(closed);
    EXPECT_EQ(server->close_reason(), "the close was not answered for 10 s");
  });
}

TEST_F(WebSocketTest, compresses_where_both_want_it) {
  terms_.options.request.deflate = DeflateParameters();
  talk([](Scope& scope, WebSocket* client, WebSocket* server) -> Task<> {
    auto echo_one = [](WebSocket* end) -> Task<> {
      Message message = co_await end->receive();
      co_await end->send(message);
    };
    scope.start(echo_one(server));
    std::string text(1 << 20, 'x');
    co_await client->send(text);
    Message back = co_await client->receive();
    EXPECT_TRUE(back.text() == text);
  });
}

TEST_F(WebSocketTest, is_refused_to_pages_of_other_hosts) {
  terms_.options.request.origin = "http://elsewhere.example";
  Ends ends;
  run(with_scope(open_ends, network_, &terms_, &ends));
  EXPECT_NE(ends.failure.find("403"), std::string::npos) << ends.failure;
  EXPECT_FALSE(ends.server);
}

TEST_F(WebSocketTest, opens_however_slowly_the_head_comes) {
  talk_bytes([](Scope& scope, Stream* peer) -> Task<> {
    auto send = [](Stream* to) -> Task<> {
      for (std::string_view text = request; !text.empty(); text.remove_prefix(1)) {
        co_await to->write_all(text.substr(0, 1));
        co_await sleep(10ms);
      }
    };
    scope.start(send(peer));
    auto head = co_await peer->read_until("\r\n\r\n");
    EXPECT_TRUE(head->starts_with("HTTP/1.1 101 "));
  });
}

TEST_F(WebSocketTest, is_not_waited_for_when_the_head_never_ends) {
  talk_bytes([](Scope&, Stream* peer) -> Task<> {
    co_await peer->write_all(std::string_view("GET / HTTP/1.1\r\n"));
    auto line = co_await peer->read_line();
    EXPECT_EQ(*line, "HTTP/1.1 408 Request Timeout");
    while (line) line = co_await peer->read_line();
  });
  EXPECT_EQ(served_, "left");
}

TEST_F(WebSocketTest, takes_frames_that_came_with_the_request) {
  talk_bytes([](Scope&, Stream* peer) -> Task<> {
    std::string early = request + masked(1, "early") + masked(1, "", false);
    auto send = [](Scope& scope, Stream* to, std::string* text) -> Task<> {
      auto write = [](Stream* stream, std::string* bytes) -> Task<> {
        co_await stream->write_all(*bytes);
      };
      scope.start(write(to, text));
      auto head = co_await to->read_until("\r\n\r\n");
      EXPECT_TRUE(head->starts_with("HTTP/1.1 101 "));
    };
    co_await with_scope(send, peer, &early);
    std::string bytes;
    PeerFrame frame = co_await receive_frame(*peer, bytes);
    EXPECT_EQ(frame.payload, "early");
  });
}

TEST_F(WebSocketTest, says_why_it_ends_and_so_does_the_error) {
  talk_bytes([](Scope&, Stream* peer) -> Task<> {
    co_await upgrade(*peer);
    std::string unmasked = encode({.opcode = 1, .payload = "x"});
    co_await peer->write_all(unmasked);
    std::string bytes;
    PeerFrame frame = co_await receive_frame(*peer, bytes);
    EXPECT_EQ(frame.opcode, 8u);
    EXPECT_EQ(frame.payload,
              "\x03\xea"
              "a frame of a client is not masked");
  });
  EXPECT_NE(served_.find("closed with 1002: a frame of a client is not masked"), std::string::npos)
      << served_;
}

TEST_F(WebSocketTest, refuses_a_gibibyte_on_the_word_of_its_header) {
  talk_bytes([](Scope&, Stream* peer) -> Task<> {
    co_await upgrade(*peer);
    std::string header = "\x82\xff\0\0\0\0\x40\0\0\0mask"s;
    co_await peer->write_all(header);
    std::string bytes;
    PeerFrame frame = co_await receive_frame(*peer, bytes);
    EXPECT_EQ(frame.payload.substr(0, 2), "\x03\xf1");
    Result<void> sent = co_await attempt(peer->write_all(std::string(1 << 20, 'x')));
    EXPECT_TRUE(sent.ok()) << "what still comes is dropped, so that the reason arrives";
  });
}

TEST_F(WebSocketTest, puts_a_hundred_thousand_fragments_together) {
  talk_bytes([](Scope& scope, Stream* peer) -> Task<> {
    co_await upgrade(*peer);
    auto send = [](Stream* to) -> Task<> {
      std::string all = masked(1, "x", false);
      std::string piece = masked(0, "x", false);
      for (int count = 0; count < 100'000; ++count) all += piece;
      all += masked(0, "x");
      co_await to->write_all(all);
    };
    scope.start(send(peer));
    std::string bytes;
    PeerFrame frame = co_await receive_frame(*peer, bytes);
    EXPECT_EQ(frame.payload.size(), 100'002u);
  });
}

TEST_F(WebSocketTest, takes_no_more_from_a_peer_that_reads_nothing) {
  talk_bytes([](Scope&, Stream* peer) -> Task<> {
    co_await upgrade(*peer);
    for (unsigned opcode : {9u, 1u}) {  // pings, then messages
      std::string many;
      for (int count = 0; count < 1000; ++count) many += masked(opcode, std::string(100, 'x'));
      int rounds = 0;
      for (; rounds < 100; ++rounds) {
        Result<void> sent = co_await attempt(within(1s, peer->write_all(many)));
        if (!sent) break;
      }
      EXPECT_LT(rounds, 5);
    }
  });
}

TEST_F(WebSocketTest, ends_when_a_ping_is_not_answered) {
  talk_bytes([](Scope&, Stream* peer) -> Task<> {
    co_await upgrade(*peer);
    std::string bytes;
    PeerFrame frame = co_await receive_frame(*peer, bytes);
    EXPECT_EQ(frame.opcode, 9u);
    frame = co_await receive_frame(*peer, bytes);
    EXPECT_EQ(frame.payload,
              "\x03\xf3"
              "no pong for 20 s");
  });
  EXPECT_NE(served_.find("no pong for 20 s"), std::string::npos) << served_;
}

}  // namespace
}  // namespace bowline
