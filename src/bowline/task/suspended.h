// A coroutine that waits, as what the loop knows: a Waiter that resumes it.
#pragma once

#include "bowline/base/waiter.h"

#include <coroutine>

namespace bowline {

class Suspended : public Waiter {
 public:
  void go_on() override { coroutine.resume(); }

 protected:
  ~Suspended() = default;
  std::coroutine_handle<> coroutine;
};

}  // namespace bowline
