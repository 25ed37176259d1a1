// The monotonic clock (CLOCK_MONOTONIC, clock_gettime(2)). It never jumps, and is no time of
// day: only the lengths between two readings mean something.
#pragma once

#include "bowline/base/time.h"

namespace bowline::os {

Time now();

}  // namespace bowline::os
