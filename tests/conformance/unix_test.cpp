#include "bowline/os/socket_calls.h"
#include "tests/conformance/conformance.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

namespace bowline::conformance {
namespace {

class Unix : public Conformance {};
class NotUnix : public Conformance {};

INSTANTIATE_TEST_SUITE_P(Over, Unix, ::testing::ValuesIn(unix_settings()), setting_name);
INSTANTIATE_TEST_SUITE_P(Over, NotUnix, ::testing::ValuesIn(tcp_settings()), setting_name);

using Files = std::vector<os::FileDescriptor>;

Files take(std::vector<Handle>& handles) {
  Files files;
  for (Handle handle : handles) files.emplace_back(handle);
  handles.clear();
  return files;
}

bool same_file(int one, int other) {
  struct stat left {};
  struct stat right {};
  return ::fstat(one, &left) == 0 && ::fstat(other, &right) == 0 && left.st_ino == right.st_ino &&
         left.st_dev == right.st_dev;
}

TEST_P(Unix, streams_carry_descriptors_beside_bytes) {
  run([](Stream& left, Stream& right) -> Task<> {
    os::FileDescriptor file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    std::vector<Handle> sent = {file.get(), file.get()};
    co_await left.write_all("take these", sent);
    std::string room(100, '\0');
    std::vector<Handle> handles;
    std::size_t size = co_await right.read_some(writable(room), handles);
    EXPECT_EQ(room.substr(0, size), "take these");
    EXPECT_EQ(handles.size(), 2u);
    Files files = take(handles);
    for (os::FileDescriptor& received : files) {
      EXPECT_NE(received.get(), file.get());
      EXPECT_TRUE(same_file(received.get(), file.get()));
      EXPECT_EQ(::fcntl(received.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    }
  });
}

TEST_P(Unix, streams_carry_descriptors_again_and_again_with_bytes_between) {
  run([](Stream& left, Stream& right) -> Task<> {
    os::FileDescriptor file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    std::vector<Handle> sent = {file.get()};
    for (int round = 0; round < 10; ++round) {
      co_await left.write_all("with", sent);
      co_await left.write_all("without");
    }
    co_await left.write_end();
    std::size_t bytes = 0;
    std::size_t count = 0;
    std::string room(1000, '\0');
    for (;;) {
      std::vector<Handle> handles;
      std::size_t size = co_await within(10s, right.read_some(writable(room), handles));
      count += take(handles).size();
      if (size == 0) break;
      bytes += size;
    }
    EXPECT_EQ(bytes, 110u);
    EXPECT_EQ(count, 10u);
  });
}

// Who does not ask for descriptors does not get any, and all of the bytes.
TEST_P(Unix, streams_give_all_bytes_to_who_wants_no_descriptors) {
  run([](Stream& left, Stream& right) -> Task<> {
    std::vector<Handle> sent = {left.transport().handle()};
    for (int round = 0; round < 10; ++round) co_await left.write_all("bytes and a handle", sent);
    co_await left.write_end();
    std::string all = co_await within(10s, read_all(right));
    EXPECT_EQ(all.size(), 180u);
  });
}

TEST_P(Unix, streams_carry_a_big_write_with_descriptors_once) {
  auto read_big = [](Scope& scope, Stream* left, Stream* right) -> Task<> {
    auto write_big = [](Stream& stream, std::string& text) -> Task<> {
      std::vector<Handle> sent = {stream.transport().handle()};
      co_await stream.write_all(text, sent);
    };
    std::string text = pattern(1 << 20);
    scope.start(write_big(*left, text));
    std::string received;
    std::string room(1 << 16, '\0');
    std::vector<Handle> handles;
    while (received.size() < text.size()) {
      std::size_t size = co_await right->read_some(writable(room), handles);
      received.append(room, 0, size);
    }
    EXPECT_TRUE(received == text);
    EXPECT_EQ(take(handles).size(), 1u);
  };
  auto body = [](const Setting& how, Network network, auto reading) -> Task<> {
    Link link = co_await how.link(network);
    co_await with_scope(reading, &link.left, &link.right);
  };
  run(body(setting(), world_->network(), read_big));
}

TEST_P(Unix, streams_carry_so_many_descriptors_and_no_more) {
  run([](Stream& left, Stream& right) -> Task<> {
    std::vector<Handle> sent(passed_handles_max, left.transport().handle());
    co_await left.write_all("most", sent);
    std::string room(10, '\0');
    std::vector<Handle> handles;
    co_await right.read_some(writable(room), handles);
    EXPECT_EQ(take(handles).size(), passed_handles_max);
    sent.push_back(left.transport().handle());
    Result<void> written = co_await attempt(left.write_all("too many", sent));
    EXPECT_FALSE(written.ok());
  });
}

TEST_P(Unix, a_stream_made_of_a_passed_descriptor_works) {
  run([](Stream& left, Stream& right) -> Task<> {
    Context& context = co_await current_context();
    Loop& loop = static_cast<Loop&>(context.scheduler());
    os::FileDescriptor near;
    os::FileDescriptor far;
    EXPECT_EQ(os::open_pair(SOCK_STREAM, near, far), 0);
    std::vector<Handle> sent = {far.get()};
    co_await left.write_all("x", sent);
    far = {};
    std::string room(10, '\0');
    std::vector<Handle> handles;
    co_await right.read_some(writable(room), handles);
    Accepted passed{handles.at(0), Address::unix_unnamed()};
    Stream stream = Network(loop).adopt(passed);
    EXPECT_EQ(os::send_bytes(near.get(), "over the passed one"), 19);
    Chunk chunk = co_await stream.read_some();
    EXPECT_EQ(chunk.text(), "over the passed one");
  });
}

TEST_P(Unix, streams_know_who_is_at_the_other_end) {
  run([](Stream& left, Stream& right) -> Task<> {
    for (Stream* stream : {&left, &right}) {
      Credentials peer = stream->peer_credentials();
      EXPECT_EQ(peer.process, ::getpid());
      EXPECT_EQ(peer.user, ::geteuid());
      EXPECT_EQ(peer.group, ::getegid());
    }
    co_return;
  });
}

TEST_P(Unix, streams_say_where_they_lead) {
  run([](Stream& left, Stream& right) -> Task<> {
    EXPECT_EQ(left.peer_address().family(), Family::local);
    EXPECT_EQ(left.peer_url().find("unix:"), 0u);
    EXPECT_EQ(right.local_address(), left.peer_address());
    co_return;
  });
}

TEST_P(NotUnix, streams_have_no_credentials) {
  run([](Stream& left, Stream& right) -> Task<> {
    EXPECT_THROW(left.peer_credentials(), Error);
    EXPECT_THROW(right.peer_credentials(), Error);
    EXPECT_EQ(left.peer_address(), right.local_address());
    EXPECT_EQ(right.peer_address(), left.local_address());
    co_return;
  });
}

}  // namespace
}  // namespace bowline::conformance
