// Masking of WebSocket payloads (RFC 6455 5.3): what a client sends is XORed with a key that is new
// for each frame and that nobody else can foretell. In place, eight bytes at a time.
#pragma once

#include "bowline/base/bytes.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace bowline {

// The four bytes as they stand in the frame's header, in the machine's order.
using MaskKey = std::uint32_t;

// The key as it applies from byte `offset` of a frame on.
constexpr MaskKey mask_from(MaskKey key, std::uint64_t offset) {
  int bits = static_cast<int>(offset % 4) * 8;
  return std::endian::native == std::endian::little ? std::rotr(key, bits) : std::rotl(key, bits);
}

// Writes the `size` bytes of `from`, XORed with `key`, to `to`, which may be `from`. True when all
// bytes written are ASCII.
inline bool apply_mask(std::byte* to, const std::byte* from, std::size_t size, MaskKey key) {
  // Two vectors of two words at a time: left to itself, g++ at -O2 makes none of the loop below.
  using Words [[gnu::vector_size(16)]] = std::uint64_t;
  const std::uint64_t wide = static_cast<std::uint64_t>(key) << 32 | key;
  const Words wides = {wide, wide};
  Words seen_left = {}, seen_right = {};
  for (; size >= 32; size -= 32, from += 32, to += 32) {
    Words left, right;
    std::memcpy(&left, from, 16);
    std::memcpy(&right, from + 16, 16);
    left ^= wides;
    right ^= wides;
    seen_left |= left;
    seen_right |= right;
    std::memcpy(to, &left, 16);
    std::memcpy(to + 16, &right, 16);
  }
  seen_left |= seen_right;
  std::uint64_t seen = seen_left[0] | seen_left[1];
  for (; size >= 8; size -= 8, from += 8, to += 8) {
    std::uint64_t word;
    std::memcpy(&word, from, 8);
    seen |= word ^= wide;
    std::memcpy(to, &word, 8);
  }
  std::array<std::byte, 4> bytes;
  std::memcpy(bytes.data(), &key, 4);
  for (std::size_t index = 0; index < size; ++index) {
    to[index] = from[index] ^ bytes[index % 4];
    seen |= std::to_integer<std::uint64_t>(to[index]);
  }
  return (seen & 0x8080808080808080u) == 0;
}

// Unmasks part of a frame in place. `frame_offset` is where `part` begins in the payload, so a
// frame may arrive in any number of pieces. True when all of `part` is ASCII then.
inline bool unmask(MutableBytes part, MaskKey key, std::uint64_t frame_offset) {
  return apply_mask(part.data(), part.data(), part.size(), mask_from(key, frame_offset));
}

// The secret that a client's keys are made from: 128 bits of the system's entropy.
using MaskSeed = std::array<std::uint64_t, 2>;

// A key per frame. Who does not know the seed can't foretell any of them, however many he has seen
// (RFC 6455 10.3): they are SipHash-2-4 of a counter.
class MaskKeys {
 public:
  explicit MaskKeys(MaskSeed seed, std::uint64_t count = 0) : seed_(seed), count_(count) {}
  MaskKey next();

 private:
  MaskSeed seed_;
  std::uint64_t count_;
};

}  // namespace bowline
