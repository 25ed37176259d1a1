#include "bowline/backend/backend.h"
#include "bowline/backend/epoll_backend.h"
#include "bowline/backend/uring_backend.h"

#include <sched.h>
#include <sys/sysinfo.h>

#include <algorithm>

namespace bowline {
namespace {

constexpr Duration usual_spin = std::chrono::microseconds(50);

}  // namespace

std::unique_ptr<Backend> make_backend(std::string_view name, Duration spin) {
  if (spin == automatic_spin) spin = ::get_nprocs() > 1 ? usual_spin : Duration();
  if (name == "epoll") return std::make_unique<EpollBackend>(spin);
  if (name != "io_uring" && !name.empty()) return nullptr;
  if (std::unique_ptr<Backend> ring = UringBackend::make(spin)) return ring;
  return std::make_unique<EpollBackend>(spin);
}

unsigned usable_cores() {
  cpu_set_t cores;
  if (::sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&cores)));
}

}  // namespace bowline
