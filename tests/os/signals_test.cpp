#include "bowline/os/signals.h"

#include "bowline/os/file_descriptor.h"
#include "bowline/os/socket_calls.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>

#include <cerrno>

#include <thread>

namespace bowline::os {
namespace {

struct Signals : ::testing::Test {
  void SetUp() override { ::pthread_sigmask(SIG_SETMASK, nullptr, &before); }
  void TearDown() override { ::pthread_sigmask(SIG_SETMASK, &before, nullptr); }

  sigset_t before;
};

TEST_F(Signals, are_read_instead_of_ending_the_program) {
  FileDescriptor signals(open_signals({SIGUSR1, SIGUSR2}));
  ASSERT_TRUE(signals.valid());
  EXPECT_EQ(read_signal(signals.get()), -EAGAIN);
  ::raise(SIGUSR2);
  EXPECT_EQ(wait_for(signals.get(), POLLIN, never), POLLIN);
  EXPECT_EQ(read_signal(signals.get()), SIGUSR2);
  EXPECT_EQ(read_signal(signals.get()), -EAGAIN);
}

TEST_F(Signals, that_are_not_named_stay_as_they_are) {
  FileDescriptor signals(open_signals({SIGUSR1}));
  sigset_t now;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
  EXPECT_TRUE(sigismember(&now, SIGUSR1));
  EXPECT_FALSE(sigismember(&now, SIGUSR2));
}

TEST_F(Signals, are_not_inherited_by_other_programs) {
  FileDescriptor signals(open_signals({SIGUSR1}));
  EXPECT_TRUE(::fcntl(signals.get(), F_GETFD) & FD_CLOEXEC);
}

TEST_F(Signals, that_do_not_exist_are_an_error) {
  EXPECT_EQ(open_signals({9999}), -EINVAL);
  EXPECT_EQ(read_signal(-1), -EBADF);
}

TEST_F(Signals, that_are_held_reach_no_thread_that_is_started_meanwhile) {
  sigset_t usual;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &usual);
  sigset_t started;
  {
    SignalsHeld held;
    std::thread([&] { ::pthread_sigmask(SIG_SETMASK, nullptr, &started); }).join();
  }
  sigset_t after;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (int number : {SIGINT, SIGTERM, SIGHUP}) {
    EXPECT_TRUE(sigismember(&started, number));
    EXPECT_EQ(sigismember(&after, number), sigismember(&usual, number));
  }
}

}  // namespace
}  // namespace bowline::os
