#include "bowline/os/file_descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace bowline::os {
namespace {

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

int open_file() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

TEST(FileDescriptor, closes_when_it_goes) {
  int number = open_file();
  {
    FileDescriptor file(number);
    EXPECT_TRUE(file.valid());
    EXPECT_EQ(file.get(), number);
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(FileDescriptor, without_a_file_is_not_valid) {
  FileDescriptor none;
  EXPECT_FALSE(none.valid());
  EXPECT_EQ(none.get(), -1);
  none.close();
  EXPECT_EQ(FileDescriptor(-EMFILE).get(), -1);
}

TEST(FileDescriptor, moves_its_file) {
  FileDescriptor first(open_file());
  int number = first.get();
  FileDescriptor second(std::move(first));
  EXPECT_FALSE(first.valid());
  EXPECT_EQ(second.get(), number);
}

TEST(FileDescriptor, closes_what_it_had_when_another_is_moved_in) {
  FileDescriptor first(open_file());
  FileDescriptor second(open_file());
  int before = first.get();
  int number = second.get();
  first = std::move(second);
  EXPECT_FALSE(is_open(before));
  EXPECT_EQ(first.get(), number);
  FileDescriptor& same = first;
  first = std::move(same);
  EXPECT_TRUE(is_open(number));
}

TEST(FileDescriptor, that_is_released_stays_open) {
  int number;
  {
    FileDescriptor file(open_file());
    number = file.release();
    EXPECT_FALSE(file.valid());
  }
  EXPECT_TRUE(is_open(number));
  FileDescriptor(number).close();
  EXPECT_FALSE(is_open(number));
}

TEST(FileDescriptor, keeps_errno_when_it_closes) {
  FileDescriptor file(open_file());
  errno = ECONNRESET;
  file.close();
  EXPECT_EQ(errno, ECONNRESET);
}

}  // namespace
}  // namespace bowline::os
