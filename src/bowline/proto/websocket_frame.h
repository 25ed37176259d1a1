// The header of a WebSocket frame (RFC 6455 5.2): 2 to 14 bytes in front of the payload. Only its
// form is known here; what may follow what is the protocol's matter (websocket.h).
#pragma once

#include "bowline/base/bytes.h"
#include "bowline/proto/websocket_mask.h"

#include <cstdint>

namespace bowline {

enum class WebSocketOpcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

struct WebSocketFrameHeader {
  static constexpr std::size_t size_max = 14;
  static constexpr std::uint64_t control_size_max = 125;  // of a control frame's payload (5.5)

  bool final = true;
  bool masked = false;
  std::uint8_t reserved = 0;  // the bits RSV1 (4), RSV2 (2) and RSV3 (1)
  WebSocketOpcode opcode = WebSocketOpcode::continuation;  // may be one that nobody defined
  MaskKey key = 0;
  std::uint64_t payload_size = 0;

  bool is_control() const { return static_cast<std::uint8_t>(opcode) >= 8; }
};

// Reads a header at the front of `bytes` and gives its size. Gives 0 while bytes are missing: of
// two or more, all but key and payload size are read even so, and a size of more than 125 shows.
// -EPROTO: the same, as the size is not written in the shortest form, or has its highest bit set.
int read_frame_header(Bytes bytes, WebSocketFrameHeader& header);

// Writes the header to `to`, which has room for size_max bytes, and gives its size.
inline std::size_t write_frame_header(std::byte* to, const WebSocketFrameHeader& header) {
  std::byte* at = to;
  *at++ = static_cast<std::byte>((header.final ? 0x80 : 0) | header.reserved << 4 |
                                 static_cast<unsigned>(header.opcode));
  std::uint64_t size = header.payload_size;
  unsigned mask = header.masked ? 0x80 : 0;
  int bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
  *at++ = static_cast<std::byte>(mask | (bytes == 0 ? size : bytes == 2 ? 126 : 127));
  while (bytes > 0) *at++ = static_cast<std::byte>(size >> 8 * --bytes);
  if (header.masked) {
    std::memcpy(at, &header.key, 4);
    at += 4;
  }
  return static_cast<std::size_t>(at - to);
}

}  // namespace bowline
