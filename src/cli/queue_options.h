// The options of `serve` that say how much may wait for a client that is slow to read, and what
// becomes of it then.
#pragma once

#include "bowline/session/outbox.h"

namespace CLI {
class App;
}

namespace bowline::cli {

// `queue` must outlive the parse.
void add_queue_options(CLI::App& command, OutboxOptions& queue);

}  // namespace bowline::cli
