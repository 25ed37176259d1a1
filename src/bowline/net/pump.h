// Carries bytes between two streams until both directions have ended: what a relay does.
#pragma once

#include "bowline/net/stream.h"

#include <cstdint>

namespace bowline {

struct Pumped {
  std::uint64_t forward = 0;   // bytes from left to right
  std::uint64_t backward = 0;  // bytes from right to left
};

// Copies both ways. The end of one direction is passed on as a half-close while the other goes on;
// an error of either ends both. No more than one chunk a direction is held: a slow side slows the
// other.
Task<Pumped> pump(Stream& left, Stream& right);

// One direction: copies `from` to `to` until `from` ends, and says how many bytes it was.
Task<std::uint64_t> copy(Stream& from, Stream& to);

}  // namespace bowline
