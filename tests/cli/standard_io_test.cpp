#include "cli/standard_io.h"

#include "bowline/os/file_descriptor.h"
#include "tests/support/loop_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>

namespace bowline::cli {
namespace {

struct Pair {
  os::FileDescriptor reader;
  os::FileDescriptor writer;
};

Pair make_pipe() {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::pipe(ends), 0);
  return {os::FileDescriptor(ends[0]), os::FileDescriptor(ends[1])};
}

Pair make_sockets() {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  return {os::FileDescriptor(ends[0]), os::FileDescriptor(ends[1])};
}

os::FileDescriptor file_with(std::string_view text) {
  std::FILE* file = std::tmpfile();
  std::fwrite(text.data(), 1, text.size(), file);
  std::rewind(file);
  os::FileDescriptor copy(::dup(::fileno(file)));
  std::fclose(file);
  return copy;
}

bool is_blocking(const os::FileDescriptor& file) {
  return (::fcntl(file.get(), F_GETFL) & O_NONBLOCK) == 0;
}

Task<> read_all(Network network, Handle handle, std::string* all) {
  StandardInput input(network, handle);
  for (;;) {
    Bytes piece = co_await input.next();
    if (piece.empty()) co_return;
    *all += piece.text();
  }
}

Task<> write_all(Network network, Handle handle, const std::string* text, bool* wanted) {
  StandardOutput output(network, handle);
  *wanted = co_await output.show(*text);
}

Task<> carry(Scope& scope, Network network, Pair* ends, const std::string* text, std::string* all) {
  bool wanted = false;
  scope.start(read_all(network, ends->reader.get(), all));
  co_await write_all(network, ends->writer.get(), text, &wanted);
  EXPECT_TRUE(wanted);
  ::shutdown(ends->writer.get(), SHUT_WR);
  ends->writer = os::FileDescriptor();
}

class StandardIo : public bowline::testing::LoopTest {
 protected:
  StandardIo() { ::signal(SIGPIPE, SIG_IGN); }
};

TEST_F(StandardIo, carries_more_than_a_pipe_holds_without_making_it_non_blocking) {
  std::string text(1'000'000, 'x');
  Pair ends = make_pipe();
  EXPECT_TRUE(is_blocking(ends.reader) && is_blocking(ends.writer));
  int writer = ::dup(ends.writer.get());
  std::string all;
  ::close(writer);
  run(with_scope(carry, network_, &ends, &text, &all));
  EXPECT_EQ(all, text);
  EXPECT_TRUE(is_blocking(ends.reader));
}

TEST_F(StandardIo, carries_more_than_a_socket_holds) {
  std::string text(5'000'000, 'x');
  Pair ends = make_sockets();
  std::string all;
  run(with_scope(carry, network_, &ends, &text, &all));
  EXPECT_EQ(all, text);
}

TEST_F(StandardIo, reads_files_to_their_end) {
  os::FileDescriptor file = file_with(std::string(200'000, 'y'));
  std::string all;
  run(read_all(network_, file.get(), &all));
  EXPECT_EQ(all, std::string(200'000, 'y'));
}

TEST_F(StandardIo, writes_files) {
  os::FileDescriptor file = file_with("");
  std::string text(200'000, 'z');
  bool wanted = false;
  run(write_all(network_, file.get(), &text, &wanted));
  EXPECT_TRUE(wanted);
  EXPECT_EQ(::lseek(file.get(), 0, SEEK_END), 200'000);
}

TEST_F(StandardIo, says_when_nobody_reads_any_more) {
  Pair ends = make_pipe();
  ends.reader = os::FileDescriptor();
  std::string text = "text";
  bool wanted = true;
  run(write_all(network_, ends.writer.get(), &text, &wanted));
  EXPECT_FALSE(wanted);
}

TEST_F(StandardIo, tells_why_it_can_not_read_or_write) {
  os::FileDescriptor folder(::open("/", O_RDONLY | O_CLOEXEC));
  os::FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  std::string text = "text";
  bool wanted = false;
  try {
    run(read_all(network_, folder.get(), &text));
    ADD_FAILURE() << "read a folder";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "read from standard input: is a directory");
  }
  try {
    run(write_all(network_, full.get(), &text, &wanted));
    ADD_FAILURE() << "wrote to a full device";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "write to standard output: no space left on device");
  }
}

}  // namespace
}  // namespace bowline::cli
