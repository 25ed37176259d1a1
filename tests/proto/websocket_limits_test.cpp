// The limits of a WebSocketProtocol, its compression, and that what comes out does not depend on
// how the bytes were cut.
#include "bowline/base/random.h"
#include "tests/proto/websocket_events.h"
#include "tests/proto/websocket_peer.h"
#include "tests/support/cuts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::string_literals;
using testing::close_payload;
using testing::events;
using testing::events_of;
using testing::output_of;
using testing::PeerFrame;

std::string from_client(unsigned opcode, std::string payload = {}, bool final = true,
                        unsigned reserved = 0) {
  return encode(PeerFrame{opcode, std::move(payload), final, reserved, true});
}

class WebSocketLimits : public ::testing::Test {
 protected:
  // All events of a new server that gets these pieces and then the end, and its output.
  std::string story(const testing::Pieces& pieces, bool ends = true) {
    auto server = WebSocketProtocol::server(options_, Time(), deflate_ ? &*deflate_ : nullptr);
    std::string all;
    for (const std::string& piece : pieces) all += events_of(server, piece);
    if (ends) server.receive_end();
    all += events(server);
    return all + output_of(server);
  }
  std::string said(std::string bytes) { return story({std::move(bytes)}, false); }
  void expect_no_cut_matters(const std::string& bytes) {
    std::string whole = story({bytes});
    for (const auto& cut : testing::some_cuts(bytes)) ASSERT_EQ(story(cut), whole);
  }

  WebSocketOptions options_;
  std::optional<DeflateParameters> deflate_;
};

TEST_F(WebSocketLimits, a_message_at_the_limit_is_good_and_one_above_is_not) {
  options_.message_size_max = 100;
  std::string reason = "a message has more than 100 bytes";
  std::string full(100, 'x');
  EXPECT_EQ(said(from_client(1, full)), "[text " + full + "]");
  EXPECT_THAT(said(from_client(1, full + 'x')), ::testing::StartsWith("[failed 1009 " + reason));
  EXPECT_EQ(said(from_client(1, full.substr(1), false) + from_client(0, "x")),
            "[text " + full + "]");
  EXPECT_THAT(said(from_client(1, full, false) + from_client(0, "x")),
              ::testing::StartsWith("[failed 1009 " + reason));
}

TEST_F(WebSocketLimits, a_frame_that_is_too_big_is_refused_before_its_payload_comes) {
  std::string header = from_client(1, std::string((16 << 20) + 1, 'x')).substr(0, 14);
  EXPECT_THAT(said(header), ::testing::StartsWith("[failed 1009"));
}

TEST_F(WebSocketLimits, fragments_are_counted) {
  options_.fragment_count_max = 3;
  std::string bytes = from_client(1, "a", false) + from_client(0, "", false);
  EXPECT_EQ(said(bytes + from_client(0, "b")), "[text ab]");
  EXPECT_THAT(said(bytes + from_client(0, "", false) + from_client(0, "b")),
              ::testing::StartsWith("[failed 1008 a message has more than 3 frames]"));
}

TEST_F(WebSocketLimits, a_hundred_thousand_fragments_take_linear_time) {
  std::string bytes = from_client(1, "x", false);
  for (int index = 0; index < 100000; ++index) bytes += from_client(0, "x", false);
  bytes += from_client(0, "x");
  std::size_t size = 0;
  auto server = WebSocketProtocol::server(options_, Time());
  server.receive(writable(bytes), Time());
  while (WebSocketEvent event = server.next_event()) size += event.bytes.size();
  EXPECT_EQ(size, 100002u);
}

TEST_F(WebSocketLimits, no_cut_of_anything_matters) {
  const std::string stories[] = {
      from_client(1, "one") + from_client(2, "") + from_client(9, "ping") + from_client(1, "two"),
      from_client(1, "fra", false) + from_client(9, "ping") + from_client(0, "gm", false) +
          from_client(0, "ent") + from_client(8, close_payload(1000, "bye")) + from_client(1, "x"),
      from_client(2, std::string(200, 'x')) + from_client(1, "\xe2\x82\xac") + from_client(10),
      from_client(1, "\xe2\x82\xac\xe2\x82") + from_client(1, "x"),
      from_client(1, "good\xe2\xff more") + from_client(1, "x"),
      from_client(1, "good\xe2", false) + from_client(0, "\xff more"),
      from_client(9, std::string(126, 'x')),
      from_client(9, "x", false),
      from_client(0, "x"),
      from_client(1, "x", false) + from_client(1, "x"),
      from_client(8, "x"),
      from_client(8, close_payload(1005)),
      from_client(8, close_payload(1000, "\xff")),
      from_client(11, "x"),
      from_client(1, "x", true, 4),
      "\x82\xfe\0\1\0\0\0\0x"s,                // 1 byte, with its size in two
      "\x89\xfe\0\1\0\0\0\0x"s,                // the same of a ping
      "\x82\xff\x80\0\0\0\0\0\0\1\0\0\0\0x"s,  // 2^63 + 1 bytes
      "\x82\x7f"s,                             // not masked
  };
  for (const std::string& bytes : stories) expect_no_cut_matters(bytes);
}

TEST_F(WebSocketLimits, every_cut_of_a_short_story_tells_the_same) {
  for (const std::string& bytes : {from_client(1, "a\xc3\xa9", false) + from_client(0, "b"),
                                   from_client(9, "x") + from_client(1, "\xc3")}) {
    std::string whole = story({bytes});
    for (const auto& cut : testing::every_cut(bytes)) ASSERT_EQ(story(cut), whole);
  }
}

class WebSocketCompression : public WebSocketLimits {
 protected:
  WebSocketCompression() { deflate_ = DeflateParameters(); }
  std::string compressed(std::string_view message, bool final = true) {
    return from_client(1, peer_.compress(message), final, 4);
  }
  testing::PeerCompression peer_{DeflateParameters(), true};
};

TEST_F(WebSocketCompression, inflates_messages_and_takes_plain_ones_between) {
  std::string bytes = compressed("Hello");
  bytes += from_client(1, "plain");
  bytes += compressed("Hello");
  EXPECT_EQ(said(bytes), "[text Hello][text plain][text Hello]");
}

TEST_F(WebSocketCompression, inflates_a_message_in_fragments) {
  std::string payload = peer_.compress("Hello, Hello, Hello");
  EXPECT_EQ(said(from_client(1, payload.substr(0, 3), false, 4) + from_client(9, "x") +
                 from_client(0, payload.substr(3, 1), false) + from_client(0, payload.substr(4))),
            "[ping x][text Hello, Hello, Hello]" + encode(PeerFrame{10, "x"}));
}

TEST_F(WebSocketCompression, is_marked_on_the_first_frame_of_a_message_and_nowhere_else) {
  std::string reason = "[failed 1002 the bit of compression is set where no message begins]";
  std::string payload = peer_.compress("Hello");
  EXPECT_THAT(said(from_client(1, payload, false, 4) + from_client(0, "", true, 4)),
              ::testing::StartsWith(reason));
  EXPECT_THAT(said(from_client(9, "x", true, 4)), ::testing::StartsWith(reason));
  EXPECT_THAT(said(from_client(8, "", true, 4)), ::testing::StartsWith(reason));
  EXPECT_THAT(said(from_client(1, "x", true, 6)),
              ::testing::StartsWith("[failed 1002 a reserved bit of a frame is set]"));
}

TEST_F(WebSocketCompression, that_is_corrupt_ends_the_connection) {
  EXPECT_THAT(said(from_client(1, "\xff\xff\xff", true, 4)),
              ::testing::StartsWith("[failed 1002 a message's compression is corrupt]"));
}

TEST_F(WebSocketCompression, a_bomb_is_too_big) {
  EXPECT_THAT(said(compressed(std::string((16 << 20) + 1, '0'))),
              ::testing::StartsWith("[failed 1009 a message has more than 16777216 bytes]"));
}

TEST_F(WebSocketCompression, comes_out_a_little_at_a_time) {
  auto server = WebSocketProtocol::server(options_, Time(), &*deflate_);
  std::string bytes = compressed(std::string(10 << 20, '0'));
  server.receive(writable(bytes), Time());
  int turns = 0;
  WebSocketEvent event = server.next_event();
  for (; event.kind == WebSocketEvent::Kind::busy; ++turns) event = server.next_event();
  EXPECT_EQ(event.bytes.size(), std::size_t(10 << 20));
  EXPECT_GE(turns, 30);
  EXPECT_FALSE(server.next_event());
}

TEST_F(WebSocketCompression, text_that_is_wrong_fails_before_the_message_ends) {
  std::string payload = peer_.compress("good\xff" + std::string(300, 'x'));
  std::string bytes = from_client(1, payload, true, 4);
  EXPECT_THAT(said(bytes.substr(0, bytes.size() - 1)),
              ::testing::StartsWith("[failed 1007 text is not UTF-8]"));
}

TEST_F(WebSocketCompression, is_not_used_for_short_messages) {
  auto server = WebSocketProtocol::server(options_, Time(), &*deflate_);
  server.send(WebSocketKind::text, std::string(255, 'x'));
  EXPECT_EQ(output_of(server), encode(PeerFrame{1, std::string(255, 'x')}));
  server.send(WebSocketKind::text, std::string(256, 'x'));
  EXPECT_LT(output_of(server).size(), 50u);
}

TEST_F(WebSocketCompression, that_makes_nothing_smaller_is_not_used_without_takeover) {
  Random random(1);
  std::string noise(1000, '\0');
  for (char& byte : noise) byte = static_cast<char>(random.next());
  deflate_->server_no_takeover = true;
  auto server = WebSocketProtocol::server(options_, Time(), &*deflate_);
  server.send(WebSocketKind::binary, noise);
  EXPECT_EQ(output_of(server), encode(PeerFrame{2, noise}));
}

TEST_F(WebSocketCompression, no_cut_of_anything_matters) {
  std::string bytes = compressed("Hello") + from_client(1, "plain");
  bytes += compressed("Hello") + from_client(8, close_payload(1000));
  expect_no_cut_matters(bytes);
  std::string half = peer_.compress("good text\xff" + std::string(50, 'x'));
  expect_no_cut_matters(from_client(1, half, true, 4));
  expect_no_cut_matters(from_client(1, half.substr(0, 8) + "\xff\xff\xff\xff", true, 4));
  options_.message_size_max = 20;
  expect_no_cut_matters(compressed("123456789012345678901"));
  expect_no_cut_matters(compressed("1234567890123456789\xff"));
  expect_no_cut_matters(compressed("12345678901234567890\xff"));
}

}  // namespace
}  // namespace bowline
