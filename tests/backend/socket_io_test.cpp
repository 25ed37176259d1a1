#include "bowline/backend/socket_io.h"

#include "bowline/os/socket_calls.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace bowline {
namespace {

class SocketIo : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(os::open_pair(SOCK_STREAM, left_, right_), 0); }

  Op op_to(int handle, std::string& memory) {
    Op op;
    op.local = true;
    op.handle = handle;
    op.data = reinterpret_cast<std::byte*>(memory.data());
    op.size = memory.size();
    return op;
  }

  os::FileDescriptor left_;
  os::FileDescriptor right_;
  BlockPool blocks_;
  bool drained_ = false;
};

TEST_F(SocketIo, nothing_to_read_is_no_answer) {
  Op op;
  op.handle = left_.get();
  EXPECT_FALSE(receive_now(op, blocks_, drained_));
  EXPECT_EQ(op.data, nullptr);
  EXPECT_FALSE(drained_);
}

TEST_F(SocketIo, a_short_read_has_drained_the_socket_and_a_full_one_may_not_have) {
  std::string text = "four";
  Op sending = op_to(left_.get(), text);
  ASSERT_TRUE(send_now(sending));
  std::string two(2, '\0');
  Op reading = op_to(right_.get(), two);
  EXPECT_TRUE(receive_now(reading, blocks_, drained_));
  EXPECT_FALSE(drained_);
  std::string three(3, '\0');
  reading = op_to(right_.get(), three);
  EXPECT_TRUE(receive_now(reading, blocks_, drained_));
  EXPECT_EQ(reading.result, 2);
  EXPECT_TRUE(drained_);
  EXPECT_EQ(two + three.substr(0, 2), "four");
}

TEST_F(SocketIo, a_read_that_stopped_at_passed_descriptors_has_not_drained) {
  std::string text = "one";
  int passed[] = {left_.get()};
  ASSERT_EQ(os::send_with_handles(left_.get(), "one", passed), 3);
  ASSERT_EQ(os::send_bytes(left_.get(), "two"), 3);
  std::string room(100, '\0');
  Op reading = op_to(right_.get(), room);
  EXPECT_TRUE(receive_now(reading, blocks_, drained_));
  EXPECT_FALSE(drained_);
}

TEST_F(SocketIo, without_memory_it_reads_into_a_block_that_goes_back) {
  ASSERT_EQ(os::send_bytes(left_.get(), "hello"), 5);
  Op reading;
  reading.handle = right_.get();
  ASSERT_TRUE(receive_now(reading, blocks_, drained_));
  EXPECT_EQ(Chunk(*reading.pool, reading.data, 5).text(), "hello");
}

TEST_F(SocketIo, a_socket_that_is_full_takes_the_rest_later) {
  std::string text(4'000'000, 'x');
  Op sending = op_to(left_.get(), text);
  EXPECT_FALSE(send_now(sending));
  EXPECT_LT(sending.size, text.size());
  std::size_t received = 0;
  std::string room(100'000, '\0');
  while (received < text.size()) {
    Op reading = op_to(right_.get(), room);
    if (receive_now(reading, blocks_, drained_)) {
      ASSERT_GT(reading.result, 0);
      received += static_cast<std::size_t>(reading.result);
    } else {
      send_now(sending);
    }
  }
  EXPECT_EQ(sending.size, 0u);
}

TEST_F(SocketIo, the_end_of_the_stream_is_zero_bytes_and_a_closed_peer_an_error) {
  right_ = os::FileDescriptor();
  Op reading;
  reading.handle = left_.get();
  EXPECT_TRUE(receive_now(reading, blocks_, drained_));
  EXPECT_EQ(reading.result, 0);
  std::string text = "x";
  Op sending = op_to(left_.get(), text);
  EXPECT_TRUE(send_now(sending));
  EXPECT_EQ(sending.result, -EPIPE);
}

}  // namespace
}  // namespace bowline
