#include "bowline/proto/websocket_frame.h"

#include <cerrno>

namespace bowline {

int read_frame_header(Bytes bytes, WebSocketFrameHeader& header) {
  if (bytes.size() < 2) return 0;
  auto first = std::to_integer<unsigned>(bytes[0]);
  auto second = std::to_integer<unsigned>(bytes[1]);
  header.final = first & 0x80;
  header.reserved = first >> 4 & 7;
  header.opcode = static_cast<WebSocketOpcode>(first & 15);
  header.masked = second & 0x80;
  header.payload_size = second & 0x7F;

  std::size_t size = 2;
  if (header.payload_size >= 126) {
    std::size_t count = header.payload_size == 126 ? 2 : 8;
    if (bytes.size() < size + count) return 0;
    std::uint64_t payload_size = 0;
    for (std::size_t end = size + count; size < end; ++size) {
      payload_size = payload_size << 8 | std::to_integer<unsigned>(bytes[size]);
    }
    std::uint64_t min = count == 2 ? 126 : 65536;
    if (payload_size < min || payload_size >> 63) return -EPROTO;
    header.payload_size = payload_size;
  }
  if (header.masked) {
    if (bytes.size() < size + 4) return 0;
    std::memcpy(&header.key, bytes.data() + size, 4);
    size += 4;
  }
  return static_cast<int>(size);
}

}  // namespace bowline
