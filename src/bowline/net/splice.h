// Moving bytes from one stream to another without copying them, while there are many: for what
// carries bytes between streams and has no other use for them.
#pragma once

#include "bowline/net/stream.h"

#include <cstdint>

namespace bowline {

// A read that gave so much is worth a splice() after it: more may be there.
inline constexpr std::size_t splice_size_min = 16 * 1024;

// Moves what comes on `from` to `to` inside the kernel, for as long as it comes in large pieces,
// and adds to `moved` as it goes. Returns when it is better to read and write as usual: at once
// where either stream is no plain socket of the kernel's (TLS, WebSocket, a simulated network),
// when little came, and at the end, which read_some() then gives too. So does a write once `to`
// takes no more, and what was on its way there is lost. Nothing of `from` may be read ahead. Throws
// Error when reading fails or when it is cancelled.
Task<> splice(Stream& from, Stream& to, std::uint64_t& moved);

}  // namespace bowline
