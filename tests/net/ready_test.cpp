#include "bowline/net/ready.h"

#include "bowline/os/file_descriptor.h"
#include "bowline/os/socket_calls.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace bowline {
namespace {

using namespace std::chrono_literals;

class ReadyTest : public testing::LoopTest {
 protected:
  ReadyTest() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    read_end_ = os::FileDescriptor(ends[0]);
    write_end_ = os::FileDescriptor(ends[1]);
  }

  os::FileDescriptor read_end_;
  os::FileDescriptor write_end_;
};

Task<> note_when_readable(Network network, Handle handle, int& count) {
  co_await readable(network, handle);
  ++count;
}

TEST_F(ReadyTest, is_when_there_are_bytes_and_not_before) {
  auto body = [](Scope& scope, Network network, Handle from, Handle to) -> Task<> {
    int count = 0;
    scope.start(note_when_readable(network, from, count));
    co_await sleep(2ms);
    EXPECT_EQ(count, 0);
    EXPECT_EQ(::write(to, "x", 1), 1);
    while (count == 0) co_await yield();
    co_await readable(network, from);
    char byte;
    EXPECT_EQ(::read(from, &byte, 1), 1);
  };
  run(with_scope(body, network_, read_end_.get(), write_end_.get()));
}

TEST_F(ReadyTest, is_at_the_end_as_well) {
  auto body = [](Network network, os::FileDescriptor& from, os::FileDescriptor& to) -> Task<> {
    to = {};
    co_await readable(network, from.get());
    char byte;
    EXPECT_EQ(::read(from.get(), &byte, 1), 0);
  };
  run(body(network_, read_end_, write_end_));
}

TEST_F(ReadyTest, for_writing_waits_until_there_is_room) {
  auto body = [](Network network, Handle from, Handle to) -> Task<> {
    co_await writable(network, to);
    os::set_nonblocking(to, true);
    std::string block(4096, 'x');
    std::size_t written = 0;
    while (::write(to, block.data(), block.size()) > 0) written += block.size();
    Result<void> full = co_await attempt(within(2ms, writable(network, to)));
    EXPECT_TRUE(full.error().timed_out());
    for (std::size_t read = 0; read < written;) {
      ssize_t size = ::read(from, block.data(), block.size());
      if (size > 0) read += static_cast<std::size_t>(size);
    }
    co_await writable(network, to);
  };
  run(body(network_, read_end_.get(), write_end_.get()));
}

TEST_F(ReadyTest, says_what_it_waited_for_when_it_ends_without) {
  auto body = [](Network network, Handle handle) -> Task<> {
    Result<void> late = co_await attempt(within(1ms, readable(network, handle)));
    std::string descriptor = std::to_string(handle);
    EXPECT_EQ(std::string(late.error().what()),
              "wait to read from descriptor " + descriptor + ": timed out after 1 ms");
    Result<void> none = co_await attempt(readable(network, no_handle));
    EXPECT_TRUE(none.error().is(std::errc::bad_file_descriptor));
  };
  run(body(network_, read_end_.get()));
}

TEST_F(ReadyTest, regular_files_always_are) {
  auto body = [](Network network, Handle file) -> Task<> {
    for (int round = 0; round < 3; ++round) {
      co_await readable(network, file);
      co_await writable(network, file);
    }
  };
  os::FileDescriptor file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  run(body(network_, file.get()));
}

}  // namespace
}  // namespace bowline
