#include "bowline/socket/bound_path.h"

#include "bowline/os/socket_calls.h"
#include "tests/support/folder.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace bowline {
namespace {

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

os::FileDescriptor bound(const std::string& path, int type = SOCK_STREAM) {
  os::FileDescriptor socket(os::open_socket(Family::local, type));
  EXPECT_EQ(os::bind_to(socket.get(), Address::unix_path(path)), 0);
  return socket;
}

struct BoundPathTest : ::testing::Test {
  testing::Folder folder;
  std::string path = folder / "x.sock";
};

TEST_F(BoundPathTest, removes_its_file) {
  auto socket = bound(path);
  { BoundPath owner(path); }
  EXPECT_FALSE(exists(path));
}

TEST_F(BoundPathTest, leaves_a_file_that_took_its_place) {
  auto first = bound(path);
  auto owner = std::make_unique<BoundPath>(path);
  ::unlink(path.c_str());
  std::ofstream keep(folder / "keeps the number of the first file from being used again");
  auto second = bound(path);
  owner.reset();
  EXPECT_TRUE(exists(path));
}

TEST_F(BoundPathTest, is_left_by_a_child_process) {
  auto socket = bound(path);
  auto owner = std::make_unique<BoundPath>(path);
  pid_t child = ::fork();
  if (child == 0) {
    owner.reset();
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(exists(path));
}

TEST_F(BoundPathTest, that_is_not_there_is_no_matter) {
  { BoundPath owner(path); }
  EXPECT_FALSE(exists(path));
}

TEST_F(BoundPathTest, removes_what_a_dead_process_left) {
  bound(path).close();
  EXPECT_TRUE(exists(path));
  EXPECT_TRUE(remove_stale_socket(path));
  EXPECT_FALSE(exists(path));
}

TEST_F(BoundPathTest, keeps_what_somebody_listens_on) {
  auto socket = bound(path);
  ASSERT_EQ(os::listen_on(socket.get(), 0), 0);
  EXPECT_FALSE(remove_stale_socket(path));
  EXPECT_FALSE(remove_stale_socket(path));  // the queue is full by now
  EXPECT_TRUE(exists(path));
}

TEST_F(BoundPathTest, keeps_sockets_of_other_types_and_plain_files) {
  auto socket = bound(path, SOCK_DGRAM);
  EXPECT_FALSE(remove_stale_socket(path));
  EXPECT_TRUE(exists(path));
  std::ofstream(folder / "file") << "text";
  EXPECT_FALSE(remove_stale_socket(folder / "file"));
  EXPECT_TRUE(exists(folder / "file"));
  EXPECT_FALSE(remove_stale_socket(folder / "nothing"));
}

}  // namespace
}  // namespace bowline
