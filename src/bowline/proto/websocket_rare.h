// What a WebSocketProtocol holds only while it has to: a message that comes in parts, compression,
// a client's keys, how it ended. For websocket*.cpp alone.
#pragma once

#include "bowline/proto/deflate.h"
#include "bowline/proto/utf8.h"
#include "bowline/proto/websocket.h"

#include <array>

namespace bowline {

struct WebSocketProtocol::Rare {
  struct Compression {
    MessageDeflater deflater;
    MessageInflater inflater;
    bool has_sent = false;  // since `seen`, when the memory was in use last
    Time seen{};
  };

  // A header of which the rest has not come.
  std::array<std::byte, WebSocketFrameHeader::size_max> header;
  std::size_t header_size = 0;

  // A frame of which the rest has not come, or that is part of a message.
  bool in_frame = false;
  WebSocketFrameHeader frame;
  std::uint64_t taken = 0;  // of its payload
  std::array<std::byte, WebSocketFrameHeader::control_size_max> control;

  // The message that is being put together, or was given last.
  bool in_message = false;
  bool compressed = false;
  WebSocketOpcode opcode = WebSocketOpcode::binary;
  std::size_t fragment_count = 0;
  std::uint64_t wire_size = 0;  // of its frames, as far as they have begun
  Utf8Validator utf8;           // at its start again after each text that was good
  BytesBuilder message;

  MaskKeys mask_keys{MaskSeed()};
  std::unique_ptr<Compression> compression;

  bool clean = false;
  std::uint16_t code = 0;
  std::string reason;
};

}  // namespace bowline
