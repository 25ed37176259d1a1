#include "bowline/os/program.h"

#include "bowline/os/file_descriptor.h"
#include "bowline/os/socket_calls.h"
#include "tests/support/deadline.h"
#include "tests/support/folder.h"
#include "tests/support/open_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

namespace bowline::os {
namespace {

// A shell script as the program, which answers through the socket that it is given.
class ProgramTest : public ::testing::Test {
 protected:
  ProgramTest() { EXPECT_EQ(open_pair(SOCK_STREAM, ours_, theirs_), 0); }
  ~ProgramTest() override {
    ours_.close();
    theirs_.close();
    EXPECT_EQ(testing::open_file_count(), files_);
  }

  Program script(const std::string& text) {
    return {"/bin/sh", {"sh", "-c", text, "name of the script", "an argument"}};
  }
  // What the script writes to descriptor 3 until it ends.
  std::string answer(const std::string& text) {
    std::vector<InheritedSocket> sockets = {
        {theirs_.get(), InheritedSocket::Kind::other, {}, "one:two"}};
    process_ = start(script(text), sockets);
    EXPECT_GT(process_, 0);
    theirs_.close();
    std::string all;
    char piece[4096];
    MutableBytes room(reinterpret_cast<std::byte*>(piece), sizeof piece);
    while (int size = receive_bytes(ours_.get(), room)) {
      if (size < 0) break;
      all.append(piece, static_cast<std::size_t>(size));
    }
    return all;
  }

  std::size_t files_ = testing::open_file_count();
  testing::Deadline deadline_;
  FileDescriptor ours_;
  FileDescriptor theirs_;
  int process_ = 0;
};

TEST_F(ProgramTest, is_started_with_its_arguments_and_sockets) {
  std::string said = answer("echo \"$0|$1|$LISTEN_FDS|$LISTEN_FDNAMES|$LISTEN_PID|$$\" >&3");
  std::string me = std::to_string(process_);
  EXPECT_EQ(said, "name of the script|an argument|1|one%3Atwo|" + me + "|" + me + "\n");
  EXPECT_EQ(end_process(process_), "it exited with status 0");
}

TEST_F(ProgramTest, is_the_one_that_the_watchdog_is_for) {
  ::setenv("WATCHDOG_PID", "1", 1);
  ::setenv("LISTEN_FDNAMES", "of the last one", 1);
  std::string said = answer("echo $WATCHDOG_PID $LISTEN_FDNAMES >&3");
  EXPECT_EQ(said, std::to_string(process_) + " one%3Atwo\n");
  ::unsetenv("WATCHDOG_PID");
  ::unsetenv("LISTEN_FDNAMES");
  end_process(process_);
}

// What lists them has the folder open as well.
TEST_F(ProgramTest, inherits_nothing_else) {
  FileDescriptor other(::fcntl(ours_.get(), F_DUPFD_CLOEXEC, 50));
  EXPECT_EQ(answer("exec ls /proc/self/fd >&3"), "0\n1\n2\n3\n4\n");
  end_process(process_);
}

TEST_F(ProgramTest, begins_with_no_signal_blocked) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::string said = answer(
      "while read name value; do case $name in SigBlk:) echo $value;; esac; "
      "done < /proc/$$/status >&3");
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(said, "0000000000000000\n");
  end_process(process_);
}

// Each in turn is where another has to go.
TEST_F(ProgramTest, gets_sockets_that_are_in_the_way_of_each_other) {
  std::vector<FileDescriptor> pipes;
  std::vector<InheritedSocket> sockets;
  for (int index = 0; index < 5; ++index) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    FileDescriptor reader(ends[0]);
    FileDescriptor writer(ends[1]);
    std::string name = std::to_string(index);
    ASSERT_EQ(::write(writer.get(), (name + "\n").data(), 2), 2);
    pipes.push_back(std::move(reader));
  }
  for (auto pipe = pipes.rbegin(); pipe != pipes.rend(); ++pipe) {
    sockets.push_back({pipe->get(), InheritedSocket::Kind::other, {}, ""});
  }
  sockets.push_back({theirs_.get(), InheritedSocket::Kind::other, {}, ""});
  process_ = start(script("cat <&3 >&8; cat <&4 >&8; cat <&7 >&8"), sockets);
  ASSERT_GT(process_, 0);
  theirs_.close();
  char said[6];
  for (std::size_t at = 0; at < sizeof said; ++at) {
    MutableBytes room(reinterpret_cast<std::byte*>(said + at), 1);
    ASSERT_EQ(receive_bytes(ours_.get(), room), 1);
  }
  EXPECT_EQ(std::string(said, sizeof said), "4\n3\n0\n");
  end_process(process_);
}

TEST_F(ProgramTest, that_is_not_there_or_is_none_is_an_error) {
  testing::Folder folder;
  EXPECT_EQ(start({folder / "missing", {"missing"}}, {}), -ENOENT);
  std::ofstream(folder / "text") << "no program";
  EXPECT_EQ(start({folder / "text", {"text"}}, {}), -EACCES);
  std::filesystem::permissions(folder / "text", std::filesystem::perms::owner_all);
  EXPECT_EQ(start({folder / "text", {"text"}}, {}), -ENOEXEC);
}

TEST_F(ProgramTest, that_ended_says_how) {
  answer("exit 3");
  EXPECT_EQ(end_process(process_), "it exited with status 3");
}

TEST_F(ProgramTest, that_runs_on_is_killed) {
  std::vector<InheritedSocket> sockets = {
      {theirs_.get(), InheritedSocket::Kind::other, {}, "never written to"}};
  process_ = start(script("read forever <&3"), sockets);
  EXPECT_EQ(end_process(process_), "it was ended by signal 9");
}

TEST(ThisProgram, is_known_by_its_path_and_arguments) {
  Program program = this_program();
  std::error_code ignored;
  EXPECT_TRUE(std::filesystem::equivalent(program.path, "/proc/self/exe", ignored));
  EXPECT_EQ(program.path.front(), '/');
  ASSERT_FALSE(program.arguments.empty());
  EXPECT_NE(program.arguments.front().find("bowline_tests"), std::string::npos);
}

}  // namespace
}  // namespace bowline::os
