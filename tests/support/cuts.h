// Ways to cut a text into pieces, none of them empty: what arrives over a network may be cut
// anywhere.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace bowline::testing {

using Pieces = std::deque<std::string>;

// All 2^(n-1) ways, for texts of at most 16 bytes or so.
inline std::vector<Pieces> every_cut(std::string_view text) {
  std::vector<Pieces> all;
  if (text.empty()) return {{}};
  for (std::uint32_t cuts = 0; cuts < 1u << (text.size() - 1); ++cuts) {
    Pieces pieces(1);
    for (std::size_t index = 0; index < text.size(); ++index) {
      if (index > 0 && (cuts >> (index - 1) & 1)) pieces.emplace_back();
      pieces.back() += text[index];
    }
    all.push_back(std::move(pieces));
  }
  return all;
}

// In one piece, in two at each place, and byte by byte.
inline std::vector<Pieces> some_cuts(std::string_view text) {
  std::vector<Pieces> all = {{std::string(text)}};
  for (std::size_t at = 1; at < text.size(); ++at) {
    all.push_back({std::string(text.substr(0, at)), std::string(text.substr(at))});
  }
  Pieces bytes;
  for (char byte : text) bytes.emplace_back(1, byte);
  all.push_back(std::move(bytes));
  return all;
}

}  // namespace bowline::testing
