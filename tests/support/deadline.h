// How long a test may take, itself included: past it the process says so and aborts, which fails
// the test that was running. It is for what must not hang, never for what must be fast. One at a
// time.
#pragma once

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace bowline::testing {

class Deadline {
 public:
  explicit Deadline(unsigned seconds = 120) {
    struct sigaction action {};
    action.sa_handler = [](int) {
      constexpr std::string_view text = "the test's deadline has passed\n";
      (void)!::write(STDERR_FILENO, text.data(), text.size());
      std::abort();
    };
    ::sigaction(SIGALRM, &action, nullptr);
    ::alarm(seconds);
  }
  Deadline(const Deadline&) = delete;
  ~Deadline() { ::alarm(0); }
};

}  // namespace bowline::testing
