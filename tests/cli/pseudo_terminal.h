// A pseudo terminal for tests: `device` is what a program has, and the test types and looks on the
// other side. 80 columns, settings as a shell leaves them.
#pragma once

#include "bowline/os/file_descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace bowline::cli::testing {

class PseudoTerminal {
 public:
  PseudoTerminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    EXPECT_EQ(::grantpt(master_.get()), 0);
    EXPECT_EQ(::unlockpt(master_.get()), 0);
    char name[64];
    EXPECT_EQ(::ptsname_r(master_.get(), name, sizeof name), 0);
    int number = ::open(name, O_RDWR | O_NOCTTY);
    winsize size{24, 80, 0, 0};
    ::ioctl(number, TIOCSWINSZ, &size);
    device_ = ::fdopen(number, "r+");
  }
  PseudoTerminal(const PseudoTerminal&) = delete;
  ~PseudoTerminal() { std::fclose(device_); }

  std::FILE* device() { return device_; }
  bool is_raw() { return (settings().c_lflag & (ICANON | ECHO)) == 0; }
  termios settings() {
    termios now{};
    ::tcgetattr(::fileno(device_), &now);
    return now;
  }
  // What has come to the screen.
  std::string screen() {
    std::string text;
    pollfd state{master_.get(), POLLIN, 0};
    while (::poll(&state, 1, 0) > 0) {
      char piece[4096];
      ssize_t count = ::read(master_.get(), piece, sizeof piece);
      if (count <= 0) break;
      text.append(piece, static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  os::FileDescriptor master_;
  std::FILE* device_ = nullptr;
};

}  // namespace bowline::cli::testing
