#include "bowline/base/sha1.h"

#include <bit>
#include <cstring>

namespace bowline {
namespace {

using Digest = std::array<std::uint32_t, 5>;

std::uint32_t word_at(const std::byte* at) {
  std::uint32_t word = 0;
  for (int index = 0; index < 4; ++index) {
    word = word << 8 | std::to_integer<std::uint32_t>(at[index]);
  }
  return word;
}

// One round's function of three words and its constant (FIPS 180-4 4.1.1, 4.2.1).
std::uint32_t mixed(std::size_t round, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5A827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ED9EBA1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC;
  return (b ^ c ^ d) + 0xCA62C1D6;
}

void add_block(Digest& digest, const std::byte* block) {
  std::array<std::uint32_t, 80> words;
  for (std::size_t index = 0; index < 16; ++index) words[index] = word_at(block + 4 * index);
  for (std::size_t index = 16; index < 80; ++index) {
    words[index] =
        std::rotl(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1);
  }
  auto [a, b, c, d, e] = digest;
  for (std::size_t round = 0; round < 80; ++round) {
    std::uint32_t next = std::rotl(a, 5) + mixed(round, b, c, d) + e + words[round];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  Digest added = {a, b, c, d, e};
  for (std::size_t index = 0; index < 5; ++index) digest[index] += added[index];
}

}  // namespace

std::array<std::byte, 20> sha1(Bytes bytes) {
  Digest digest = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  for (; bytes.size() >= 64; bytes = bytes.after(64)) add_block(digest, bytes.data());

  // The rest, a one bit, and the size in bits at the end of the last block.
  std::array<std::byte, 128> tail = {};
  if (!bytes.empty()) std::memcpy(tail.data(), bytes.data(), bytes.size());
  tail[bytes.size()] = std::byte{0x80};
  std::size_t tail_size = bytes.size() < 56 ? 64 : 128;
  for (std::size_t index = 0; index < 8; ++index) {
    tail[tail_size - 1 - index] = static_cast<std::byte>(bits >> (8 * index));
  }
  for (std::size_t at = 0; at < tail_size; at += 64) add_block(digest, tail.data() + at);

  std::array<std::byte, 20> out;
  for (std::size_t index = 0; index < out.size(); ++index) {
    out[index] = static_cast<std::byte>(digest[index / 4] >> (24 - 8 * (index % 4)));
  }
  return out;
}

}  // namespace bowline
