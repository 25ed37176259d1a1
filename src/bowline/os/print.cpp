#include "bowline/os/print.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

namespace bowline {

void Printed::set_character(char character) {
  own_ = character;
  text_ = own_;
}

void Printed::set_signed(long long number) {
  own_ = std::to_string(number);
  text_ = own_;
}

void Printed::set_unsigned(unsigned long long number) {
  own_ = std::to_string(number);
  text_ = own_;
}

void print_line(const Printed* parts, std::size_t count) {
  std::string line;
  for (std::size_t index = 0; index < count; ++index) {
    if (index > 0) line += ' ';
    line += parts[index].text();
  }
  line += '\n';

  // The lock of stdout keeps the order with printf(), and long lines whole that take two writes.
  ::flockfile(stdout);
  std::fflush(stdout);
  std::string_view rest = line;
  while (!rest.empty()) {
    ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EAGAIN) {
      // Whoever shares the terminal or pipe may have made it non-blocking.
      pollfd output{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&output, 1, -1);
      continue;
    }
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  ::funlockfile(stdout);
}

}  // namespace bowline
