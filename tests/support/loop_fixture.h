// A loop for a test to run its tasks on: LoopTest with the kernel's default backend,
// VirtualLoopTest with a clock that costs no time and no network at all.
#pragma once

#include "bowline/loop/loop.h"
#include "bowline/net/network.h"
#include "tests/support/deadline.h"
#include "tests/support/virtual_backend.h"

#include <gtest/gtest.h>

namespace bowline::testing {

class LoopTest : public ::testing::Test {
 protected:
  void run(Task<> main) { loop_.run(std::move(main)); }

  Deadline deadline_;
  Loop loop_{make_backend({})};
  Network network_{loop_};
};

class VirtualLoopTest : public ::testing::Test {
 protected:
  void run(Task<> main) { loop_.run(std::move(main)); }
  VirtualBackend& backend() { return static_cast<VirtualBackend&>(loop_.backend()); }
  Time now() { return backend().clock; }

  Deadline deadline_;
  Loop loop_{std::make_unique<VirtualBackend>()};
};

}  // namespace bowline::testing
