#include "bowline/proto/websocket.h"

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

constexpr MaskSeed seed = {1, 2};
constexpr Time start = Time(1h);

std::string from_client(unsigned opcode, std::string payload = {}, bool final = true) {
  return encode(PeerFrame{opcode, std::move(payload), final, 0, true});
}

std::string from_server(unsigned opcode, std::string payload = {}, bool final = true) {
  return encode(PeerFrame{opcode, std::move(payload), final, 0, false});
}

class WebSocket : public ::testing::Test {
 protected:
  WebSocketOptions options_;
  WebSocketProtocol server_ = WebSocketProtocol::server(options_, start);
  WebSocketProtocol client_ = WebSocketProtocol::client(options_, start, seed);
};

TEST_F(WebSocket, is_small) {
  EXPECT_LE(sizeof(WebSocketProtocol), 96u);
}

TEST_F(WebSocket, gives_a_message_where_it_lies_in_the_input) {
  std::string input = from_client(2, "\xffHello") + from_client(1, "text");
  server_.receive(writable(input), start);
  WebSocketEvent event = server_.next_event();
  EXPECT_EQ(event.kind, WebSocketEvent::Kind::binary);
  EXPECT_EQ(event.text().data(), input.data() + 6);
  EXPECT_EQ(event.text(), "\xffHello");
  event = server_.next_event();
  EXPECT_EQ(event.kind, WebSocketEvent::Kind::text);
  EXPECT_EQ(event.text().data(), input.data() + 18);
  EXPECT_FALSE(server_.next_event());
}

TEST_F(WebSocket, gives_a_long_message_where_it_lies_too) {
  std::string text(70000, 'x');
  std::string input = from_client(1, text);
  server_.receive(writable(input), start);
  WebSocketEvent event = server_.next_event();
  EXPECT_EQ(event.text(), text);
  EXPECT_EQ(event.text().data(), input.data() + 14);
}

TEST_F(WebSocket, sends_what_the_other_role_receives) {
  for (std::size_t size : {0, 1, 125, 126, 65535, 65536, 100000}) {
    std::string text(size, 'x');
    EXPECT_TRUE(client_.send(WebSocketKind::text, text));
    EXPECT_EQ(events_of(server_, output_of(client_)), "[text " + text + "]");
    EXPECT_TRUE(server_.send(WebSocketKind::binary, text));
    EXPECT_EQ(events_of(client_, output_of(server_)), "[binary " + text + "]");
  }
}

TEST_F(WebSocket, masks_each_frame_of_a_client_with_another_key) {
  client_.send(WebSocketKind::text, "same");
  client_.send(WebSocketKind::text, "same");
  std::string both = output_of(client_);
  ASSERT_EQ(both.size(), 20u);
  EXPECT_NE(both.substr(2, 4), both.substr(12, 4));
}

TEST_F(WebSocket, puts_all_answers_into_one_output) {
  for (std::string text : {"one", "two", "three"}) server_.send(WebSocketKind::text, text);
  EXPECT_EQ(output_of(server_),
            from_server(1, "one") + from_server(1, "two") + from_server(1, "three"));
  EXPECT_TRUE(server_.output().empty());
}

TEST_F(WebSocket, holds_no_output_memory_after_it_was_taken) {
  server_.send(WebSocketKind::text, "text");
  BytesBuilder taken = std::move(server_.output());
  EXPECT_EQ(server_.output().capacity(), 0u);
}

TEST_F(WebSocket, answers_a_ping_before_the_next_message) {
  EXPECT_EQ(events_of(server_, from_client(9, "are you there")), "[ping are you there]");
  server_.send(WebSocketKind::text, "text");
  EXPECT_EQ(output_of(server_), from_server(10, "are you there") + from_server(1, "text"));
}

TEST_F(WebSocket, leaves_pings_to_the_caller_who_wants_that) {
  options_.auto_pong = false;
  EXPECT_EQ(events_of(server_, from_client(9, "x")), "[ping x]");
  EXPECT_EQ(output_of(server_), "");
  EXPECT_TRUE(server_.pong("x"));
  EXPECT_EQ(output_of(server_), from_server(10, "x"));
}

TEST_F(WebSocket, gives_pings_between_the_fragments_of_a_message) {
  std::string bytes = from_client(1, "one ", false) + from_client(9, "x") +
                      from_client(0, "two", false) + from_client(10) + from_client(0);
  EXPECT_EQ(events_of(server_, bytes), "[ping x][pong ][text one two]");
}

TEST_F(WebSocket, answers_a_close_once_with_its_code) {
  std::string bytes = from_client(8, close_payload(1001, "bye")) + from_client(1, "late");
  EXPECT_EQ(events_of(server_, bytes), "[closed 1001 bye]");
  EXPECT_EQ(output_of(server_), from_server(8, close_payload(1001)));
  EXPECT_TRUE(server_.is_over());
  EXPECT_EQ(events_of(server_, from_client(8, close_payload(1000))), "");
  server_.close(1000, "", start);
  server_.fail(1011, "");
  EXPECT_FALSE(server_.send(WebSocketKind::text, "late"));
  EXPECT_FALSE(server_.ping());
  EXPECT_EQ(output_of(server_) + events(server_), "");
  EXPECT_EQ(server_.next_deadline(), never);
}

TEST_F(WebSocket, answers_a_close_without_a_code_without_one) {
  EXPECT_EQ(events_of(server_, from_client(8)), "[closed 1005 ]");
  EXPECT_EQ(output_of(server_), from_server(8));
}

TEST_F(WebSocket, closes_with_the_other_side_s_answer) {
  client_.close(1000, "done", start);
  EXPECT_FALSE(client_.is_open());
  EXPECT_FALSE(client_.is_over());
  EXPECT_FALSE(client_.send(WebSocketKind::text, "late"));
  EXPECT_EQ(events_of(server_, output_of(client_)), "[closed 1000 done]");
  EXPECT_EQ(events_of(client_, output_of(server_)), "[closed 1000 ]");
  EXPECT_EQ(output_of(client_), "");
  EXPECT_TRUE(client_.is_over());
}

TEST_F(WebSocket, gives_messages_that_were_on_their_way_when_it_closed) {
  server_.close(1001, "going away", start);
  output_of(server_);
  EXPECT_EQ(events_of(server_, from_client(1, "last") + from_client(9)), "[text last][ping ]");
  EXPECT_EQ(output_of(server_), "");  // nothing follows a close frame
  EXPECT_EQ(events_of(server_, from_client(8, close_payload(1001))), "[closed 1001 ]");
  EXPECT_EQ(output_of(server_), "");
}

TEST_F(WebSocket, shortens_a_long_reason_between_characters) {
  const std::string kept(122, 'x');
  std::string reason = kept;
  reason += "\xc3\xa9";
  server_.close(1000, reason, start);
  EXPECT_EQ(output_of(server_), from_server(8, close_payload(1000, kept)));
}

TEST_F(WebSocket, sends_one_close_frame_for_a_broken_rule_and_ignores_the_rest) {
  std::string bytes = from_server(1, "not masked") + from_client(1, "text");
  EXPECT_EQ(events_of(server_, bytes), "[failed 1002 a frame of a client is not masked]");
  EXPECT_EQ(output_of(server_),
            from_server(8, close_payload(1002, "a frame of a client is not masked")));
  EXPECT_EQ(events_of(server_, from_client(1, "text")) + output_of(server_), "");
}

TEST_F(WebSocket, sends_no_second_close_for_a_rule_broken_while_closing) {
  server_.close(1000, "", start);
  output_of(server_);
  EXPECT_EQ(events_of(server_, from_client(3)), "[failed 1002 a frame's opcode is reserved]");
  EXPECT_EQ(output_of(server_), "");
}

TEST_F(WebSocket, refuses_a_server_that_masks) {
  EXPECT_EQ(events_of(client_, from_client(1, "x")), "[failed 1002 a frame of a server is masked]");
}

TEST_F(WebSocket, fails_at_the_wish_of_its_caller) {
  server_.fail(1008, "not so fast");
  EXPECT_EQ(events(server_), "[failed 1008 not so fast]");
  EXPECT_EQ(output_of(server_), from_server(8, close_payload(1008, "not so fast")));
}

TEST_F(WebSocket, says_how_it_ended_without_a_close) {
  struct {
    std::string before;
    bool closes;
    std::string reason;
  } ways[] = {
      {"", false, "the connection ended without a close frame"},
      {from_client(1, "text").substr(0, 8), false,
       "the connection ended inside a message, without a close frame"},
      {from_client(1, "text", false), false,
       "the connection ended inside a message, without a close frame"},
      {"", true, "the connection ended before the close was answered"},
  };
  for (const auto& way : ways) {
    auto server = WebSocketProtocol::server(options_, start);
    if (way.closes) server.close(1000, "", start);
    events_of(server, way.before);
    output_of(server);
    server.receive_end();
    EXPECT_EQ(events(server), "[failed 1006 " + way.reason + "]");
    EXPECT_EQ(events(server) + output_of(server), "");
  }
}

TEST_F(WebSocket, gives_what_came_before_the_end_of_the_stream) {
  std::string input = from_client(1, "one") + from_client(8, close_payload(1000));
  server_.receive(writable(input), start);
  server_.receive_end();
  EXPECT_EQ(events(server_), "[text one][closed 1000 ]");
}

TEST_F(WebSocket, can_be_moved) {
  events_of(server_, from_client(1, "one ", false));
  WebSocketProtocol other = std::move(server_);
  EXPECT_EQ(events_of(other, from_client(0, "two")), "[text one two]");
}

TEST(WebSocketInPlace, a_message_goes_back_where_it_lies_unless_others_go_first) {
  WebSocketOptions options;
  auto server = WebSocketProtocol::server(options, Time());
  std::string payload(3000, 'x');
  std::string input = encode(testing::PeerFrame{2, payload, true, 0, true});
  server.receive(writable(input), Time());
  WebSocketEvent event = server.next_event();
  ASSERT_EQ(event.bytes, Bytes(payload));
  MutableBytes frame = server.frame_in_place(WebSocketKind::binary, event.bytes);
  EXPECT_EQ(Bytes(frame), encode(testing::PeerFrame{2, payload, true, 0, false}));
  EXPECT_EQ(event.bytes, Bytes(payload));
  server.send(WebSocketKind::text, "first");
  EXPECT_TRUE(server.frame_in_place(WebSocketKind::binary, event.bytes).empty());
}

}  // namespace
}  // namespace bowline
