// The load for servers that echo datagrams: many sockets, each with one on its way. Checks what
// comes back, and counts what does not.
#pragma once

#include "options.h"

namespace load {

void run_datagrams(const Options& options);

}  // namespace load
