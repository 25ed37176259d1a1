#include "bowline/os/splice.h"

#include "bowline/os/socket_calls.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace bowline::os {
namespace {

constexpr std::size_t plenty = 1 << 20;

// Two pairs of connected sockets, and a pipe between them.
class SpliceTest : public ::testing::TestWithParam<bool> {
 protected:
  SpliceTest() {
    int type = SOCK_STREAM | (GetParam() ? 0 : SOCK_NONBLOCK);
    EXPECT_EQ(open_pair(type, sender_, from_), 0);
    EXPECT_EQ(open_pair(type, to_, receiver_), 0);
    EXPECT_EQ(open_pipe(reading_, writing_), 0);
  }
  int fill() { return splice_from(from_.get(), writing_.get(), plenty, GetParam()); }
  int drain(std::size_t size) { return splice_to(reading_.get(), to_.get(), size, GetParam()); }
  std::string received() {
    std::string text(plenty, '\0');
    int size = receive_bytes(receiver_.get(), writable(text), MSG_DONTWAIT);
    text.resize(static_cast<std::size_t>(std::max(size, 0)));
    return text;
  }

  FileDescriptor sender_, from_, to_, receiver_, reading_, writing_;
};

TEST_P(SpliceTest, moves_bytes_from_one_socket_to_the_other) {
  send_bytes(sender_.get(), "hello");
  EXPECT_EQ(fill(), 5);
  EXPECT_EQ(drain(5), 5);
  EXPECT_EQ(received(), "hello");
}

TEST_P(SpliceTest, never_waits_and_leaves_the_socket_as_it_was) {
  EXPECT_EQ(fill(), -EAGAIN);
  EXPECT_EQ(is_nonblocking(from_.get()), GetParam() ? 0 : 1);
  std::string much(32 * 1024, 'x');
  int full = 0;
  for (int round = 0; round < 1000 && full != -EAGAIN; ++round) {
    ASSERT_GT(send_bytes(sender_.get(), much), 0);
    int came = fill();
    ASSERT_GT(came, 0);
    for (int left = came; left > 0 && full != -EAGAIN; left -= full) {
      full = drain(static_cast<std::size_t>(left));
      ASSERT_TRUE(full > 0 || full == -EAGAIN) << full;
    }
  }
  EXPECT_EQ(full, -EAGAIN);
  EXPECT_EQ(is_nonblocking(to_.get()), GetParam() ? 0 : 1);
}

TEST_P(SpliceTest, gives_zero_at_the_end_of_the_stream) {
  send_bytes(sender_.get(), "bye");
  sender_.close();
  EXPECT_EQ(fill(), 3);
  EXPECT_EQ(fill(), 0);
}

// The signal would end this program.
TEST_P(SpliceTest, a_receiver_that_is_gone_is_an_error_and_no_signal) {
  send_bytes(sender_.get(), "hello");
  EXPECT_EQ(fill(), 5);
  receiver_.close();
  EXPECT_EQ(drain(5), -EPIPE);
  sigset_t waiting;
  ::sigpending(&waiting);
  EXPECT_EQ(::sigismember(&waiting, SIGPIPE), 0);
}

INSTANTIATE_TEST_SUITE_P(Sockets, SpliceTest, ::testing::Bool(), [](const auto& test) {
  return test.param ? "that_block" : "that_do_not_block";
});

}  // namespace
}  // namespace bowline::os
