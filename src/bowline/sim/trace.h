// What happened in a simulated world, a line of text for each packet and event, with the virtual
// time. Two runs of one seed have the same trace, byte for byte, on any machine.
#pragma once

#include "bowline/base/time.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace bowline::sim {

enum class Tracing { off, hash, text };

class Trace {
 public:
  // Beyond this many bytes the text stops, and only the hash goes on.
  static constexpr std::size_t text_size_max = 64 << 20;

  explicit Trace(Tracing tracing) : tracing_(tracing) {}

  // Is anything kept? Ask before making a line.
  bool on() const { return tracing_ != Tracing::off; }
  // `since` the world began.
  void add(Duration since, std::string_view line);
  const std::string& text() const { return text_; }
  // Of all lines so far (FNV-1a); the same with and without the text.
  std::uint64_t hash() const { return hash_; }
  // The last `count` lines of the text.
  std::string_view last_lines(std::size_t count) const;

 private:
  Tracing tracing_;
  std::string text_;
  std::uint64_t hash_ = 0xCBF29CE484222325;
};

// "1.000500000": seconds to the nanosecond.
std::string seconds_text(Duration duration);

}  // namespace bowline::sim
