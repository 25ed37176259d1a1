#include "bowline/os/inherited_sockets.h"

#include "bowline/os/address.h"
#include "bowline/os/socket_calls.h"
#include "tests/support/folder.h"
#include "tests/support/open_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bowline::os {
namespace {

using Kind = InheritedSocket::Kind;

// Far above what else is open here.
constexpr int first = 700;

// What was given is at `first` and above, as a process finds it at 3.
class InheritedSockets : public ::testing::Test {
 protected:
  ~InheritedSockets() override {
    for (int fd = first; fd < first + count_; ++fd) ::close(fd);
    for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  }

  void give(FileDescriptor socket) {
    ASSERT_EQ(::dup2(socket.get(), first + count_), first + count_);
    ++count_;
  }
  void say(const std::string& process, const std::string& count, const std::string& names) {
    ::setenv("LISTEN_PID", process.c_str(), 1);
    ::setenv("LISTEN_FDS", count.c_str(), 1);
    ::setenv("LISTEN_FDNAMES", names.c_str(), 1);
  }
  FileDescriptor bound(int type, const Address& address) {
    FileDescriptor socket(open_socket(address.family(), type));
    EXPECT_EQ(bind_to(socket.get(), address), 0);
    EXPECT_EQ(type == SOCK_STREAM ? listen_on(socket.get(), 5) : 0, 0);
    return socket;
  }

  const std::string me_ = std::to_string(::getpid());
  std::vector<InheritedSocket> taken_;

 private:
  int count_ = 0;
};

TEST_F(InheritedSockets, are_taken_with_what_they_are) {
  testing::Folder folder;
  give(bound(SOCK_STREAM, Address::ipv4(0x7F000001, 0)));
  give(bound(SOCK_DGRAM, Address::unix_path(folder / "s")));
  give(FileDescriptor(::open("/dev/null", O_RDONLY)));
  say(me_, "3", "web.socket:news");
  ASSERT_EQ(take_inherited_sockets(taken_, first), 0);
  ASSERT_EQ(taken_.size(), 3u);
  EXPECT_EQ(taken_[0].handle, first);
  EXPECT_EQ(taken_[0].kind, Kind::listener);
  EXPECT_EQ(taken_[0].local.host(), "127.0.0.1");
  EXPECT_NE(taken_[0].local.port(), 0);
  EXPECT_EQ(taken_[0].name, "web.socket");
  EXPECT_EQ(taken_[1].kind, Kind::datagrams);
  EXPECT_EQ(taken_[1].local, Address::unix_path(folder / "s"));
  EXPECT_EQ(taken_[1].name, "news");
  EXPECT_EQ(taken_[2].kind, Kind::other);
  EXPECT_EQ(taken_[2].local.family(), Family::none);
  EXPECT_EQ(taken_[2].name, "");
}

TEST_F(InheritedSockets, do_not_block_and_go_no_further) {
  give(bound(SOCK_STREAM, Address::ipv4(0x7F000001, 0)));
  say(me_, "1", "");
  ASSERT_EQ(take_inherited_sockets(taken_, first), 0);
  EXPECT_EQ(is_nonblocking(first), 1);
  EXPECT_TRUE(::fcntl(first, F_GETFD) & FD_CLOEXEC);
  EXPECT_EQ(::getenv("LISTEN_PID"), nullptr);
  EXPECT_EQ(::getenv("LISTEN_FDS"), nullptr);
  EXPECT_EQ(::getenv("LISTEN_FDNAMES"), nullptr);
}

TEST_F(InheritedSockets, of_another_process_are_left_alone) {
  for (std::string process : {"1", "", "no number"}) {
    say(process, "1", "");
    EXPECT_EQ(take_inherited_sockets(taken_, first), 0);
    EXPECT_TRUE(taken_.empty());
    EXPECT_EQ(::getenv("LISTEN_FDS"), nullptr);
  }
}

TEST_F(InheritedSockets, that_are_not_there_are_an_error) {
  say(me_, "1", "");
  EXPECT_EQ(take_inherited_sockets(taken_, first), -EBADF);
  for (std::string count : {"", "-1", "1x", "1000000", "99999999999999999999"}) {
    say(me_, count, "");
    EXPECT_EQ(take_inherited_sockets(taken_, first), -EINVAL) << count;
  }
}

TEST_F(InheritedSockets, keep_whatever_name_they_were_given) {
  std::vector<InheritedSocket> given = {{first, Kind::other, {}, "tcp://[::1]:0"},
                                        {first, Kind::other, {}, ""},
                                        {first, Kind::other, {}, "unix:/with space/50%/\xC3\xA4"}};
  std::vector<std::string> variables = inheritance_variables(given);
  ASSERT_EQ(variables.size(), 2u);
  EXPECT_EQ(variables[0], "LISTEN_FDS=3");
  std::string names = variables[1].substr(variables[1].find('=') + 1);
  EXPECT_EQ(names, "tcp%3A//[%3A%3A1]%3A0::unix%3A/with%20space/50%25/%C3%A4");
  for (int index = 0; index < 3; ++index) give(FileDescriptor(::open("/dev/null", O_RDONLY)));
  say(me_, "3", names);
  ASSERT_EQ(take_inherited_sockets(taken_, first), 0);
  for (std::size_t index = 0; index < 3; ++index) {
    EXPECT_EQ(taken_[index].name, given[index].name);
  }
}

TEST_F(InheritedSockets, are_not_confused_by_signs_that_encode_nothing) {
  give(FileDescriptor(::open("/dev/null", O_RDONLY)));
  say(me_, "1", "%:%4");
  ASSERT_EQ(take_inherited_sockets(taken_, first), 0);
  EXPECT_EQ(taken_[0].name, "%");
}

TEST(InheritanceVariables, tell_of_none) {
  std::vector<std::string> variables = inheritance_variables({});
  EXPECT_EQ(variables, (std::vector<std::string>{"LISTEN_FDS=0", "LISTEN_FDNAMES="}));
}

}  // namespace
}  // namespace bowline::os
