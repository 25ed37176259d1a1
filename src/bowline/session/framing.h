// Messages on a stream of bytes: a line each, or with their length before them. What reads a
// MessageStream then gets the messages that were sent, however the bytes arrived.
#pragma once

#include "bowline/net/network.h"

#include <cstddef>

namespace bowline {

inline constexpr std::size_t framed_line_size_max = 64 * 1024;
inline constexpr std::size_t framed_message_size_max = 16 << 20;

// A message a line: "\n" is added to what is sent, which may not hold one, and taken off what
// comes, "\r\n" as well. The last line needs none. A line of more than `size_max` bytes, either
// way, is an Error (std::errc::message_size) that says so; what comes behind it can't be read.
Stream frame_lines(Network network, Stream stream, std::size_t size_max = framed_line_size_max);

// Before each message its size, as 4 bytes, the highest first. Otherwise as frame_lines; a stream
// that ends inside a message is an Error. `size_max` is below 4 GiB.
Stream frame_lengths(Network network, Stream stream,
                     std::size_t size_max = framed_message_size_max);

struct Framing {
  enum class Kind { raw, line, length };  // raw: none, each read is a message
  Kind kind = Kind::raw;
  std::size_t size_max = 0;  // of a message; 0: what is usual for its kind, see above
};
// One of these, or `stream` as it is.
Stream frame_messages(Network network, Stream stream, const Framing& framing);

}  // namespace bowline
