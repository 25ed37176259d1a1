#include "bowline/backend/backend.h"
#include "bowline/backend/epoll_backend.h"

#include <sched.h>

#include <algorithm>

namespace bowline {

std::unique_ptr<Backend> make_backend(std::string_view name) {
  if (name.empty() || name == "epoll") return std::make_unique<EpollBackend>();
  return nullptr;
}

unsigned usable_cores() {
  cpu_set_t cores;
  if (::sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&cores)));
}

}  // namespace bowline
