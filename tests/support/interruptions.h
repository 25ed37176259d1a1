// While it lives a signal comes every millisecond and interrupts what waits (EINTR). One at a time.
// The signals reach whichever thread the system chooses.
#pragma once

#include <signal.h>
#include <sys/time.h>

namespace bowline::testing {

class Interruptions {
 public:
  Interruptions() {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &action, &before_);
    itimerval often = {{0, 1000}, {0, 1000}};
    ::setitimer(ITIMER_REAL, &often, nullptr);
  }
  Interruptions(const Interruptions&) = delete;
  ~Interruptions() {
    itimerval off{};
    ::setitimer(ITIMER_REAL, &off, nullptr);
    ::sigaction(SIGALRM, &before_, nullptr);
  }

 private:
  struct sigaction before_ {};
};

}  // namespace bowline::testing
