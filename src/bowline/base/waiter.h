// A coroutine that waits for one thing, and its link in the queue of those that may go on. Whoever
// answers queues the record; only the loop resumes it.
#pragma once

#include <coroutine>

namespace bowline {

struct Waiter {
  Waiter* next = nullptr;
  std::coroutine_handle<> coroutine;
};

}  // namespace bowline
