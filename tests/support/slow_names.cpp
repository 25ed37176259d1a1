#include "tests/support/slow_names.h"

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <mutex>
#include <string_view>

namespace bowline::testing {
namespace {

struct Gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool closed = false;
  int running = 0;
  int begun = 0;
};

Gate gate;

void pass_gate() {
  std::unique_lock lock(gate.mutex);
  ++gate.begun;
  ++gate.running;
  gate.changed.notify_all();
  gate.changed.wait(lock, [] { return !gate.closed; });
  --gate.running;
  gate.changed.notify_all();
}

}  // namespace

SlowNames::SlowNames() {
  std::lock_guard lock(gate.mutex);
  gate.closed = true;
  gate.begun = 0;
}

SlowNames::~SlowNames() {
  let_go();
  std::unique_lock lock(gate.mutex);
  gate.changed.wait(lock, [] { return gate.running == 0; });
}

void SlowNames::wait_until_running(int count) {
  std::unique_lock lock(gate.mutex);
  gate.changed.wait(lock, [count] { return gate.running >= count; });
}

int SlowNames::begun() {
  std::lock_guard lock(gate.mutex);
  return gate.begun;
}

void SlowNames::let_go() {
  std::lock_guard lock(gate.mutex);
  gate.closed = false;
  gate.changed.notify_all();
}

}  // namespace bowline::testing

// In place of the C library's, for the whole test program.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** found) {
  using Real = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Real>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (node && std::string_view(node).ends_with(".slow.test")) {
    bowline::testing::pass_gate();
    node = "127.0.0.1";
  }
  return real(node, service, hints, found);
}
