// What a WebSocketProtocol does when time passes: pings, their answers, the answer to a close.
#include "tests/proto/websocket_events.h"
#include "tests/proto/websocket_peer.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using testing::close_payload;
using testing::events;
using testing::events_of;
using testing::output_of;
using testing::PeerFrame;

constexpr Time start = Time(1h);

std::string from_client(unsigned opcode, std::string payload = {}) {
  return encode(PeerFrame{opcode, std::move(payload), true, 0, true});
}

std::string from_server(unsigned opcode, std::string payload = {}) {
  return encode(PeerFrame{opcode, std::move(payload), true, 0, false});
}

class WebSocketTime : public ::testing::Test {
 protected:
  WebSocketOptions options_{.ping_interval = 20s, .pong_timeout = 5s, .close_timeout = 1500ms};
  WebSocketProtocol server_ = WebSocketProtocol::server(options_, start);
};

TEST_F(WebSocketTime, a_ping_goes_out_after_a_silence) {
  EXPECT_EQ(server_.next_deadline(), start + 20s);
  server_.on_time(start + 20s - 1ns);
  EXPECT_EQ(output_of(server_), "");
  server_.on_time(start + 20s);
  EXPECT_EQ(output_of(server_), from_server(9));
  EXPECT_EQ(server_.next_deadline(), start + 25s);
}

TEST_F(WebSocketTime, whatever_comes_ends_a_silence) {
  events_of(server_, from_client(1, "x").substr(0, 1), start + 15s);
  EXPECT_EQ(server_.next_deadline(), start + 35s);
  server_.on_time(start + 20s);
  EXPECT_EQ(output_of(server_), "");
}

TEST_F(WebSocketTime, a_pong_lets_it_go_on) {
  server_.on_time(start + 20s);
  EXPECT_EQ(events_of(server_, from_client(10), start + 24s), "[pong ]");
  EXPECT_EQ(server_.next_deadline(), start + 44s);
}

TEST_F(WebSocketTime, without_a_pong_it_ends) {
  server_.on_time(start + 20s);
  output_of(server_);
  server_.on_time(start + 25s - 1ns);
  EXPECT_EQ(events(server_), "");
  server_.on_time(start + 25s);
  EXPECT_EQ(events(server_), "[failed 1011 no pong for 5 s]");
  EXPECT_EQ(output_of(server_), from_server(8, close_payload(1011, "no pong for 5 s")));
}

TEST_F(WebSocketTime, a_close_that_is_not_answered_ends_all_the_same) {
  server_.close(1000, "", start + 1s);
  output_of(server_);
  EXPECT_EQ(server_.next_deadline(), start + 2500ms);
  events_of(server_, from_client(1, "x"), start + 2s);
  EXPECT_EQ(server_.next_deadline(), start + 2500ms);
  server_.on_time(start + 2500ms);
  EXPECT_EQ(events(server_), "[failed 1006 the close was not answered for 1500 ms]");
  EXPECT_EQ(output_of(server_), "");
}

TEST_F(WebSocketTime, without_pings_there_is_no_deadline) {
  options_.ping_interval = forever;
  EXPECT_EQ(server_.next_deadline(), never);
  server_.on_time(start + 1000h);
  EXPECT_EQ(output_of(server_) + events(server_), "");
}

TEST_F(WebSocketTime, compression_that_is_idle_gives_its_memory_up) {
  DeflateParameters alone{15, 15, true, true};
  options_.compressed_size_min = 0;
  auto server = WebSocketProtocol::server(options_, start, &alone);
  EXPECT_EQ(server.next_deadline(), start + 20s);
  server.send(WebSocketKind::text, "text");
  EXPECT_EQ(server.next_deadline(), start + 1s);
  // It may have been sent just now.
  server.on_time(start + 1s);
  EXPECT_EQ(server.next_deadline(), start + 2s);
  server.on_time(start + 2s);
  EXPECT_EQ(server.next_deadline(), start + 20s);
  std::string first = output_of(server);
  server.send(WebSocketKind::text, "text");
  EXPECT_EQ(output_of(server), first);
  server.on_time(start + 3s);
  server.on_time(start + 4s);

  testing::PeerCompression peer(alone, true);
  std::string bytes = encode(PeerFrame{1, peer.compress("text"), true, 4, true});
  EXPECT_EQ(events_of(server, bytes, start + 5s), "[text text]");
  EXPECT_EQ(server.next_deadline(), start + 6s);
  server.on_time(start + 6s);
  EXPECT_EQ(server.next_deadline(), start + 25s);
  EXPECT_EQ(events_of(server, bytes, start + 7s), "[text text]");
}

TEST_F(WebSocketTime, compression_with_takeover_does_not) {
  DeflateParameters takeover;
  auto server = WebSocketProtocol::server(options_, start, &takeover);
  server.send(WebSocketKind::text, std::string(1000, 'x'));
  EXPECT_EQ(server.next_deadline(), start + 20s);
}

}  // namespace
}  // namespace bowline
