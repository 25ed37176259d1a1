// The broadcast service: each message goes to all others that are connected, wherever they came in.
#pragma once

#include "bowline/server/server.h"
#include "bowline/server/topics.h"

namespace bowline {

// For a Server, as the handler of one URL or of several, whose clients then hear each other.
Handler broadcast(const TopicsOptions& options = {});

}  // namespace bowline
