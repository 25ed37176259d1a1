#include "bowline/proto/websocket_frame.h"

#include "tests/proto/websocket_peer.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace bowline {
namespace {

using namespace std::string_literals;

std::string written(const WebSocketFrameHeader& header) {
  std::array<std::byte, WebSocketFrameHeader::size_max> bytes;
  std::size_t size = write_frame_header(bytes.data(), header);
  return std::string(Bytes(bytes.data(), size).text());
}

TEST(WebSocketFrame, headers_are_those_of_the_standard) {  // RFC 6455 5.7
  EXPECT_EQ(written({.opcode = WebSocketOpcode::text, .payload_size = 5}), "\x81\x05");
  EXPECT_EQ(written({.final = false, .opcode = WebSocketOpcode::text, .payload_size = 3}),
            "\x01\x03");
  EXPECT_EQ(written({.opcode = WebSocketOpcode::continuation, .payload_size = 2}), "\x80\x02");
  EXPECT_EQ(written({.opcode = WebSocketOpcode::binary, .payload_size = 256}), "\x82\x7e\x01\x00"s);
  EXPECT_EQ(written({.opcode = WebSocketOpcode::binary, .payload_size = 65536}),
            "\x82\x7f\0\0\0\0\0\1\0\0"s);
}

TEST(WebSocketFrame, headers_read_as_they_were_written) {
  for (std::uint64_t size : {0ul, 1ul, 125ul, 126ul, 127ul, 65535ul, 65536ul, (1ul << 63) - 1}) {
    for (unsigned bits = 0; bits < 32; ++bits) {
      WebSocketFrameHeader header{.final = (bits & 1) != 0,
                                  .masked = (bits & 2) != 0,
                                  .reserved = static_cast<std::uint8_t>(bits >> 2),
                                  .opcode = static_cast<WebSocketOpcode>(bits % 16),
                                  .payload_size = size};
      if (header.masked) header.key = 0x12345678 + bits;
      std::string bytes = written(header) + "payload";
      WebSocketFrameHeader read;
      int count = read_frame_header(bytes, read);
      EXPECT_EQ(static_cast<std::size_t>(count), bytes.size() - 7);
      EXPECT_EQ(read.final, header.final);
      EXPECT_EQ(read.masked, header.masked);
      EXPECT_EQ(read.reserved, header.reserved);
      EXPECT_EQ(read.opcode, header.opcode);
      EXPECT_EQ(read.key, header.key);
      EXPECT_EQ(read.payload_size, size);
      EXPECT_EQ(written(read), bytes.substr(0, bytes.size() - 7));
    }
  }
}

TEST(WebSocketFrame, a_header_that_is_not_whole_is_waited_for) {
  std::string bytes = written(
      {.masked = true, .opcode = WebSocketOpcode::ping, .key = 77, .payload_size = 1 << 20});
  EXPECT_EQ(bytes.size(), 14u);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    WebSocketFrameHeader header;
    EXPECT_EQ(read_frame_header(Bytes(bytes).first(size), header), 0);
    if (size < 2) continue;
    EXPECT_EQ(header.opcode, WebSocketOpcode::ping);
    EXPECT_TRUE(header.is_control());
    EXPECT_GT(header.payload_size, WebSocketFrameHeader::control_size_max);
  }
}

TEST(WebSocketFrame, a_size_must_be_in_its_shortest_form) {
  WebSocketFrameHeader header;
  EXPECT_EQ(read_frame_header("\x82\x7e\x00\x7d"s, header), -EPROTO);
  EXPECT_EQ(read_frame_header("\x82\x7e\x00\x7e"s, header), 4);
  EXPECT_EQ(read_frame_header("\x82\x7f\0\0\0\0\0\0\xff\xff"s, header), -EPROTO);
  EXPECT_EQ(read_frame_header("\x82\x7f\0\0\0\0\0\1\0\0"s, header), 10);
  EXPECT_EQ(read_frame_header("\x82\x7f\x80\0\0\0\0\1\0\0"s, header), -EPROTO);
}

}  // namespace
}  // namespace bowline
