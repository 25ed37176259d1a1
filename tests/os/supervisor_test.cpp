#include "bowline/os/supervisor.h"

#include "bowline/os/socket_calls.h"
#include "tests/support/deadline.h"
#include "tests/support/folder.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace bowline::os {
namespace {

using namespace std::chrono_literals;

class SupervisorTest : public ::testing::Test {
 protected:
  ~SupervisorTest() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  }

  // Listens as a service manager does.
  FileDescriptor supervisor_at(const Address& address) {
    FileDescriptor socket(open_socket(Family::local, SOCK_DGRAM));
    EXPECT_EQ(bind_to(socket.get(), address), 0);
    return socket;
  }
  std::string heard(const FileDescriptor& socket) {
    char text[1000];
    MutableBytes room(reinterpret_cast<std::byte*>(text), sizeof text);
    int size = receive_bytes(socket.get(), room);
    return std::string(text, static_cast<std::size_t>(std::max(size, 0)));
  }

  testing::Deadline deadline_;
  testing::Folder folder_;
};

TEST_F(SupervisorTest, is_told_at_a_path) {
  FileDescriptor socket = supervisor_at(Address::unix_path(folder_ / "notify"));
  EXPECT_EQ(Supervisor(folder_ / "notify").tell("READY=1\nSTATUS=Listening"), 0);
  EXPECT_EQ(heard(socket), "READY=1\nSTATUS=Listening");
}

TEST_F(SupervisorTest, is_told_at_an_abstract_name) {
  std::string name = "bowline-notify-test-" + std::to_string(::getpid());
  FileDescriptor socket = supervisor_at(Address::unix_abstract(name));
  EXPECT_EQ(Supervisor("@" + name).tell("STOPPING=1"), 0);
  EXPECT_EQ(heard(socket), "STOPPING=1");
}

TEST_F(SupervisorTest, that_is_not_there_is_told_nothing) {
  EXPECT_EQ(Supervisor().tell("READY=1"), 0);
  EXPECT_FALSE(Supervisor().is_there());
  EXPECT_EQ(Supervisor(folder_ / "missing").tell("READY=1"), -ENOENT);
}

TEST_F(SupervisorTest, that_reads_nothing_holds_nobody_up) {
  FileDescriptor socket = supervisor_at(Address::unix_path(folder_ / "notify"));
  Supervisor supervisor(folder_ / "notify");
  int result = 0;
  while (result == 0) result = supervisor.tell("WATCHDOG=1", Duration());
  EXPECT_EQ(result, -ETIMEDOUT);
}

TEST_F(SupervisorTest, is_the_one_of_the_environment) {
  EXPECT_FALSE(Supervisor::of_environment().is_there());
  EXPECT_EQ(Supervisor::of_environment().watchdog(), forever);
  FileDescriptor socket = supervisor_at(Address::unix_path(folder_ / "notify"));
  ::setenv("NOTIFY_SOCKET", (folder_ / "notify").c_str(), 1);
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  Supervisor supervisor = Supervisor::of_environment();
  EXPECT_EQ(supervisor.tell("READY=1"), 0);
  EXPECT_EQ(heard(socket), "READY=1");
  EXPECT_EQ(supervisor.watchdog(), 30s);
}

TEST_F(SupervisorTest, watches_the_process_that_it_names) {
  ::setenv("WATCHDOG_USEC", "1000", 1);
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(Supervisor::of_environment().watchdog(), forever);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(Supervisor::of_environment().watchdog(), 1ms);
  for (const char* none : {"0", "-5", "soon", "9223372036854775807", ""}) {
    ::setenv("WATCHDOG_USEC", none, 1);
    EXPECT_EQ(Supervisor::of_environment().watchdog(), forever) << none;
  }
}

TEST(ReloadingMessage, says_when_it_began) {
  EXPECT_EQ(reloading_message(Time(1234567us)), "RELOADING=1\nMONOTONIC_USEC=1234567");
}

}  // namespace
}  // namespace bowline::os
