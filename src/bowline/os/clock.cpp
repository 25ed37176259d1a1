#include "bowline/os/clock.h"

namespace bowline::os {

Time now() {
  return std::chrono::steady_clock::now();
}

}  // namespace bowline::os
