#include "bowline/backend/splice_pipe.h"

#include "bowline/os/socket_calls.h"
#include "tests/support/open_files.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace bowline {
namespace {

class SplicePipeTest : public ::testing::Test {
 protected:
  SplicePipeTest() {
    EXPECT_EQ(os::open_pair(SOCK_STREAM | SOCK_NONBLOCK, sender_, from_), 0);
    EXPECT_EQ(os::open_pair(SOCK_STREAM | SOCK_NONBLOCK, to_, receiver_), 0);
  }

  os::FileDescriptor sender_, from_, to_, receiver_;
  SplicePipes pipes_{false};
};

TEST_F(SplicePipeTest, knows_how_much_is_in_it) {
  std::unique_ptr<SplicePipe> pipe = pipes_.take();
  ASSERT_TRUE(pipe);
  os::send_bytes(sender_.get(), "hello");
  EXPECT_EQ(pipe->fill(from_.get()), 5);
  EXPECT_EQ(pipe->size(), 5u);
  EXPECT_EQ(pipe->drain(to_.get()), 5);
  EXPECT_EQ(pipe->size(), 0u);
}

TEST_F(SplicePipeTest, one_that_is_empty_is_lent_again) {
  std::unique_ptr<SplicePipe> pipe = pipes_.take();
  SplicePipe* first = pipe.get();
  pipes_.give_back(std::move(pipe));
  EXPECT_EQ(pipes_.take().get(), first);
}

// The next would send the rest of another connection.
TEST_F(SplicePipeTest, one_that_is_not_empty_is_closed) {
  std::size_t before = testing::open_file_count();
  std::unique_ptr<SplicePipe> pipe = pipes_.take();
  os::send_bytes(sender_.get(), "hello");
  EXPECT_EQ(pipe->fill(from_.get()), 5);
  pipes_.give_back(std::move(pipe));
  EXPECT_EQ(testing::open_file_count(), before);
  EXPECT_EQ(pipes_.take()->size(), 0u);
}

}  // namespace
}  // namespace bowline
