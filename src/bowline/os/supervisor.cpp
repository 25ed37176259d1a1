#include "bowline/os/supervisor.h"

#include "bowline/os/clock.h"
#include "bowline/os/socket_calls.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace bowline::os {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : std::string_view();
}

// Zero for what is no number.
std::int64_t number_in(std::string_view text) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

Duration watchdog_of_environment() {
  std::string_view process = variable("WATCHDOG_PID");
  if (!process.empty() && number_in(process) != ::getpid()) return forever;
  std::int64_t period = number_in(variable("WATCHDOG_USEC"));
  constexpr auto period_max = std::chrono::floor<std::chrono::microseconds>(forever).count();
  return period > 0 && period < period_max ? std::chrono::microseconds(period) : forever;
}

Address address_of(std::string_view socket) {
  return socket.front() == '@' ? Address::unix_abstract(socket.substr(1))
                               : Address::unix_path(socket);
}

}  // namespace

Supervisor::Supervisor(std::string socket, Duration watchdog)
    : socket_(std::move(socket)), watchdog_(watchdog) {}

Supervisor Supervisor::of_environment() {
  return Supervisor(std::string(variable("NOTIFY_SOCKET")), watchdog_of_environment());
}

int Supervisor::tell(const std::string& message, Duration wait) const {
  if (!is_there()) return 0;
  int fd = open_socket(Family::local, SOCK_DGRAM | SOCK_NONBLOCK);
  if (fd < 0) return fd;
  FileDescriptor socket(fd);
  int result = connect_to(fd, address_of(socket_));
  if (result == 0) result = wait_for(fd, POLLOUT, now() + wait);
  if (result >= 0) result = send_bytes(fd, message);
  return std::min(result, 0);
}

std::string reloading_message(Time now) {
  auto microseconds = std::chrono::floor<std::chrono::microseconds>(now.time_since_epoch());
  return fmt::format("RELOADING=1\nMONOTONIC_USEC={}", microseconds.count());
}

}  // namespace bowline::os
