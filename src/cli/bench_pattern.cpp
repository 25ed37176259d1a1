#include "cli/bench_pattern.h"

#include <algorithm>
#include <cstring>

namespace bowline::cli {
namespace {

// A prime: what is moved by a power of two, as whole buffers are, meets other bytes.
constexpr std::size_t period = 4093;

// Bytes without order, twice, so that a period is in one piece wherever it begins.
std::array<std::byte, 2 * period> make_table() {
  std::array<std::byte, 2 * period> table;
  std::uint64_t state = 1;
  for (std::size_t index = 0; index < period; ++index) {
    // Knuth's linear congruential generator (MMIX), of which the high bits are good.
    state = state * 6364136223846793005u + 1442695040888963407u;
    table[index] = table[index + period] = std::byte(state >> 56);
  }
  return table;
}

const std::array<std::byte, 2 * period> table = make_table();

}  // namespace

void BenchPattern::fill(std::uint64_t message, std::size_t offset, MutableBytes into) const {
  std::array<std::byte, header_size> header = header_of(message);
  while (!into.empty()) {
    Bytes bytes = piece(header, message, offset).first(into.size());
    std::memcpy(into.data(), bytes.data(), bytes.size());
    into = into.subspan(bytes.size());
    offset += bytes.size();
  }
}

std::size_t BenchPattern::matching(std::uint64_t message, std::size_t offset, Bytes part) const {
  std::array<std::byte, header_size> header = header_of(message);
  std::size_t done = 0;
  while (done < part.size()) {
    Bytes bytes = piece(header, message, offset + done).first(part.size() - done);
    const std::byte* came = part.data() + done;
    if (std::memcmp(came, bytes.data(), bytes.size()) != 0) {
      auto differing = std::mismatch(bytes.begin(), bytes.end(), came);
      return done + std::size_t(differing.first - bytes.begin());
    }
    done += bytes.size();
  }
  return done;
}

std::byte BenchPattern::at(std::uint64_t message, std::size_t offset) const {
  std::array<std::byte, header_size> header = header_of(message);
  return piece(header, message, offset)[0];
}

Bytes BenchPattern::piece(const std::array<std::byte, header_size>& header, std::uint64_t message,
                          std::size_t offset) const {
  if (offset < header_size) return Bytes(header).after(offset);
  std::size_t begin = (connection_ * 31 + message * 7 + offset) % period;
  return Bytes(table).after(begin).first(period);
}

std::array<std::byte, BenchPattern::header_size> BenchPattern::header_of(
    std::uint64_t message) const {
  std::array<std::byte, header_size> header;
  for (std::size_t index = 0; index < 8; ++index) {
    header[index] = std::byte(message >> (8 * index));
    header[index + 8] = std::byte(connection_ >> (8 * index));
  }
  return header;
}

}  // namespace bowline::cli
