// What the server under load has used so far, as the kernel tells it, and how a load gives up: with
// one line on stderr and exit status 1.
#pragma once

#include <string>

namespace load {

[[noreturn]] void fail(const std::string& what);
[[noreturn]] void fail_with_errno(const std::string& what);

// Seconds of processor time, all threads together. `all` is exact; `user` is what the kernel's
// timer found when it looked (proc(5)), so only many seconds of it mean something.
struct ServerCost {
  double all = 0;
  double user = 0;
};

ServerCost server_cost(int pid);
// Memory of its own that the process has in use: bytes.
double server_memory(int pid);
// Seconds of the monotonic clock.
double now();

}  // namespace load
