// The options of `serve` that say what a server may cost: how many connections, for how long.
#pragma once

#include "bowline/server/limits.h"

namespace CLI {
class App;
}

namespace bowline::cli {

// `limits` must outlive the parse.
void add_limit_options(CLI::App& command, ServerLimits& limits);

}  // namespace bowline::cli
