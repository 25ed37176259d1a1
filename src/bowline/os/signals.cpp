#include "bowline/os/signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

namespace bowline::os {

int open_signals(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (int number : signals) {
    if (sigaddset(&set, number) < 0) return -errno;
  }
  int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  if (error != 0) return -error;
  int fd = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int read_signal(int fd) {
  signalfd_siginfo info;
  ssize_t size;
  do {
    size = ::read(fd, &info, sizeof info);
  } while (size < 0 && errno == EINTR);
  return size < 0 ? -errno : static_cast<int>(info.ssi_signo);
}

SignalsHeld::SignalsHeld() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before_);
}

SignalsHeld::~SignalsHeld() {
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace bowline::os
