// How a command fails: the reason on standard error, and the exit code that goes with it.
#pragma once

#include "bowline/base/error.h"

namespace bowline::cli {

// Tells `error` and gives 2, wrong usage, when it is an address or options that make no sense, else
// 1: the peer or the network failed.
int fail(const Error& error);

}  // namespace bowline::cli
