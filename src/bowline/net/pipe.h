// A Stream in memory: two ends, and what one writes the other reads. For tests, and for putting
// things together that speak over streams. Nothing is kept in between: a write waits for its
// reader.
#pragma once

#include "bowline/net/stream.h"

#include <utility>

namespace bowline {

// Both ends belong to one loop. Closing an end gives the other end of stream when it reads, and
// "broken pipe" when it writes.
std::pair<Stream, Stream> make_pipe(Scheduler& scheduler);

}  // namespace bowline
