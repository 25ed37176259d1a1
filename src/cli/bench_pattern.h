// What each byte of each message of a benchmark is: from the connection's number, the message's and
// the byte's place. So a byte that is changed, lost, doubled or on the wrong connection is noticed.
#pragma once

#include "bowline/base/bytes.h"

#include <array>
#include <cstdint>

namespace bowline::cli {

class BenchPattern {
 public:
  explicit BenchPattern(std::uint64_t connection) : connection_(connection) {}

  // The bytes of `message` from `offset` on, as many as `into` takes.
  void fill(std::uint64_t message, std::size_t offset, MutableBytes into) const;
  // How many bytes at the front of `part` are those of `message` from `offset` on.
  std::size_t matching(std::uint64_t message, std::size_t offset, Bytes part) const;
  std::byte at(std::uint64_t message, std::size_t offset) const;

 private:
  static constexpr std::size_t header_size = 16;

  // The bytes from `offset` on that are in memory side by side: at least one.
  Bytes piece(const std::array<std::byte, header_size>& header, std::uint64_t message,
              std::size_t offset) const;
  // The message's number and the connection's, each in 8 bytes, the lowest first.
  std::array<std::byte, header_size> header_of(std::uint64_t message) const;

  std::uint64_t connection_;
};

}  // namespace bowline::cli
