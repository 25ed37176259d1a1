#include "bowline/os/socket_calls.h"

#include "bowline/os/address.h"
#include "bowline/os/clock.h"
#include "tests/support/interruptions.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

namespace bowline::os {
namespace {

using namespace std::chrono_literals;

const Address loopback = Address::ipv4(INADDR_LOOPBACK, 0);

Address address_of(const FileDescriptor& socket) {
  Address address;
  EXPECT_EQ(local_address(socket.get(), address), 0);
  return address;
}

FileDescriptor listener(const Address& at, int backlog = 16) {
  FileDescriptor socket(open_socket(at.family(), SOCK_STREAM));
  EXPECT_EQ(bind_to(socket.get(), at), 0);
  EXPECT_EQ(listen_on(socket.get(), backlog), 0);
  return socket;
}

struct Pair {
  FileDescriptor first, second;

  explicit Pair(int type = SOCK_STREAM) { EXPECT_EQ(open_pair(type, first, second), 0); }
};

std::string received(int fd, std::size_t size = 100, int flags = 0) {
  std::string text(size, '?');
  int result = receive_bytes(fd, writable(text), flags);
  return result < 0 ? "error " + std::to_string(-result) : text.substr(0, std::size_t(result));
}

bool is_set(int fd, int get, int flag) {
  return (::fcntl(fd, get) & flag) != 0;
}

TEST(SocketCalls, open_sockets_that_other_programs_do_not_inherit) {
  FileDescriptor plain(open_socket(Family::ipv4, SOCK_STREAM));
  FileDescriptor other(open_socket(Family::ipv4, SOCK_STREAM | SOCK_NONBLOCK));
  EXPECT_TRUE(is_set(plain.get(), F_GETFD, FD_CLOEXEC));
  EXPECT_FALSE(is_set(plain.get(), F_GETFL, O_NONBLOCK));
  EXPECT_TRUE(is_set(other.get(), F_GETFL, O_NONBLOCK));
  EXPECT_EQ(is_nonblocking(other.get()), 1);
  EXPECT_EQ(open_socket(Family::none, SOCK_STREAM), -EAFNOSUPPORT);
}

TEST(SocketCalls, accept_tells_the_peer) {
  FileDescriptor server = listener(loopback);
  FileDescriptor client(open_socket(Family::ipv4, SOCK_STREAM));
  ASSERT_EQ(connect_to(client.get(), address_of(server)), 0);
  Address peer;
  FileDescriptor accepted(accept_from(server.get(), &peer, true));
  ASSERT_TRUE(accepted.valid());
  EXPECT_EQ(peer, address_of(client));
  EXPECT_EQ(is_nonblocking(accepted.get()), 1);
  EXPECT_TRUE(is_set(accepted.get(), F_GETFD, FD_CLOEXEC));
  EXPECT_EQ(set_nonblocking(server.get(), true), 0);
  EXPECT_EQ(accept_from(server.get(), nullptr, false), -EAGAIN);
}

TEST(SocketCalls, answer_errors_as_negative_numbers) {
  FileDescriptor socket(open_socket(Family::local, SOCK_STREAM));
  EXPECT_EQ(bind_to(socket.get(), Address::unix_path(std::string(108, 'x'))), -ENAMETOOLONG);
  EXPECT_EQ(bind_to(socket.get(), Address()), -EAFNOSUPPORT);
  EXPECT_EQ(connect_to(socket.get(), Address::unix_path("/nowhere/x")), -ENOENT);
  EXPECT_EQ(listen_on(-1, 1), -EBADF);
  EXPECT_EQ(is_nonblocking(-1), -EBADF);
  EXPECT_EQ(wait_for(socket.get() + 1000, POLLIN, never), -EBADF);
}

TEST(SocketCalls, sending_to_a_peer_that_is_gone_is_an_error_and_no_signal) {
  Pair pair;
  pair.second.close();
  EXPECT_EQ(send_bytes(pair.first.get(), "x"), -EPIPE);
}

TEST(SocketCalls, receive_what_was_sent_and_then_the_end) {
  Pair pair;
  EXPECT_EQ(send_bytes(pair.first.get(), "hello"), 5);
  EXPECT_EQ(shutdown_socket(pair.first.get(), SHUT_WR), 0);
  EXPECT_EQ(received(pair.second.get()), "hello");
  EXPECT_EQ(received(pair.second.get()), "");
}

TEST(SocketCalls, say_when_a_datagram_was_cut) {
  FileDescriptor first(open_socket(Family::ipv4, SOCK_DGRAM));
  FileDescriptor second(open_socket(Family::ipv4, SOCK_DGRAM));
  ASSERT_EQ(bind_to(first.get(), loopback), 0);
  ASSERT_EQ(bind_to(second.get(), loopback), 0);
  EXPECT_EQ(send_to(first.get(), "0123456789", address_of(second)), 10);
  EXPECT_EQ(send_to(first.get(), "01234", address_of(second)), 5);
  std::string room(5, '?');
  Address from;
  bool truncated = false;
  EXPECT_EQ(receive_from(second.get(), writable(room), &from, &truncated), 5);
  EXPECT_EQ(room, "01234");
  EXPECT_TRUE(truncated);
  EXPECT_EQ(from, address_of(first));
  EXPECT_EQ(receive_from(second.get(), writable(room), nullptr, &truncated), 5);
  EXPECT_FALSE(truncated);
  EXPECT_EQ(receive_from(second.get(), writable(room), nullptr, nullptr, MSG_DONTWAIT), -EAGAIN);
}

TEST(SocketCalls, send_without_an_address_on_a_connected_socket) {
  Pair pair(SOCK_DGRAM);
  EXPECT_EQ(send_to(pair.first.get(), "abc", Address()), 3);
  EXPECT_EQ(received(pair.second.get()), "abc");
}

TEST(SocketCalls, pass_descriptors_that_work) {
  Pair pair;
  int pipe[2];
  ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  FileDescriptor reader(pipe[0]);
  FileDescriptor writer(pipe[1]);
  int handles[] = {writer.get()};
  EXPECT_EQ(send_with_handles(pair.first.get(), "x", handles), 1);
  std::string room(10, '?');
  std::vector<FileDescriptor> got;
  EXPECT_EQ(receive_with_handles(pair.second.get(), writable(room), got), 1);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_TRUE(is_set(got[0].get(), F_GETFD, FD_CLOEXEC));
  EXPECT_EQ(::write(got[0].get(), "hi", 2), 2);
  char text[3] = {};
  EXPECT_EQ(::read(reader.get(), text, 2), 2);
  EXPECT_STREQ(text, "hi");
}

TEST(SocketCalls, pass_at_most_64_descriptors_at_once) {
  Pair pair;
  std::vector<int> handles(handle_count_max + 1, pair.first.get());
  EXPECT_EQ(send_with_handles(pair.first.get(), "x", handles), -EMSGSIZE);
  handles.pop_back();
  EXPECT_EQ(send_with_handles(pair.first.get(), "x", handles), 1);
  std::string room(10, '?');
  std::vector<FileDescriptor> got;
  EXPECT_EQ(receive_with_handles(pair.second.get(), writable(room), got), 1);
  EXPECT_EQ(got.size(), handle_count_max);
}

TEST(SocketCalls, receive_bytes_that_come_without_descriptors) {
  Pair pair;
  EXPECT_EQ(send_with_handles(pair.first.get(), "abc", {}), 3);
  std::string room(10, '?');
  std::vector<FileDescriptor> got;
  EXPECT_EQ(receive_with_handles(pair.second.get(), writable(room), got), 3);
  EXPECT_TRUE(got.empty());
  EXPECT_EQ(receive_with_handles(pair.second.get(), writable(room), got, MSG_DONTWAIT), -EAGAIN);
}

// Lowers how many files may be open to what is open now, so that no descriptor can come in.
struct NoMoreFiles {
  rlimit before{};

  NoMoreFiles() {
    ::getrlimit(RLIMIT_NOFILE, &before);
    FileDescriptor next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    rlimit none = {static_cast<rlim_t>(next.get()), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoMoreFiles() { ::setrlimit(RLIMIT_NOFILE, &before); }
};

TEST(SocketCalls, take_all_descriptors_or_none) {
  Pair pair;
  int handles[] = {pair.first.get(), pair.second.get()};
  EXPECT_EQ(send_with_handles(pair.first.get(), "x", handles), 1);
  std::string room(10, '?');
  std::vector<FileDescriptor> got;
  NoMoreFiles no_more;
  EXPECT_EQ(receive_with_handles(pair.second.get(), writable(room), got), -EMSGSIZE);
  EXPECT_TRUE(got.empty());
}

TEST(SocketCalls, set_and_read_options) {
  FileDescriptor socket(open_socket(Family::ipv4, SOCK_STREAM));
  EXPECT_EQ(set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1), 0);
  int value = 0;
  EXPECT_EQ(option(socket.get(), IPPROTO_TCP, TCP_NODELAY, value), 0);
  EXPECT_NE(value, 0);
  EXPECT_EQ(option(socket.get(), IPPROTO_TCP, 9999, value), -ENOPROTOOPT);
  linger wait = {1, 5};
  EXPECT_EQ(set_option_bytes(socket.get(), SOL_SOCKET, SO_LINGER, Bytes(&wait, sizeof wait)), 0);
}

TEST(SocketCalls, tell_who_the_peer_is) {
  Pair pair;
  PeerCredentials peer;
  EXPECT_EQ(peer_credentials(pair.first.get(), peer), 0);
  EXPECT_EQ(peer.pid, ::getpid());
  EXPECT_EQ(peer.uid, ::getuid());
  EXPECT_EQ(peer.gid, ::getgid());
}

TEST(SocketCalls, tell_how_much_the_peer_has_not_read) {
  Pair pair;
  EXPECT_EQ(unsent_size(pair.first.get()), 0);
  EXPECT_EQ(send_bytes(pair.first.get(), "hello"), 5);
  EXPECT_GE(unsent_size(pair.first.get()), 5);
  std::string read(5, '\0');
  EXPECT_EQ(receive_bytes(pair.second.get(), writable(read)), 5);
  EXPECT_EQ(unsent_size(pair.first.get()), 0);
  EXPECT_EQ(unsent_size(-1), -EBADF);
}

TEST(WaitFor, sees_what_is_there_even_after_the_deadline) {
  Pair pair;
  EXPECT_EQ(wait_for(pair.first.get(), POLLIN, now()), -ETIMEDOUT);
  EXPECT_EQ(send_bytes(pair.second.get(), "x"), 1);
  EXPECT_EQ(wait_for(pair.first.get(), POLLIN, now() - 1s), POLLIN);
}

TEST(WaitFor, ends_at_its_deadline_and_not_before) {
  Pair pair;
  Time deadline = now() + 20ms;
  EXPECT_EQ(wait_for(pair.first.get(), POLLIN, deadline), -ETIMEDOUT);
  EXPECT_GE(now(), deadline);
}

TEST(WaitFor, ends_at_its_deadline_though_signals_interrupt_it) {
  testing::Interruptions interruptions;
  Pair pair;
  Time deadline = now() + 30ms;
  EXPECT_EQ(wait_for(pair.first.get(), POLLIN, deadline), -ETIMEDOUT);
  EXPECT_GE(now(), deadline);
  EXPECT_LT(now(), deadline + 5s);
}

TEST(ConnectUntil, connects_whether_the_socket_blocks_or_not) {
  for (const Address& at : {loopback, Address::unix_abstract("bowline connects")}) {
    FileDescriptor server = listener(at);
    for (int flags : {0, int{SOCK_NONBLOCK}}) {
      for (Time deadline : {never, now() + 10s}) {
        FileDescriptor client(open_socket(at.family(), SOCK_STREAM | flags));
        EXPECT_EQ(connect_until(client.get(), address_of(server), deadline), 0);
        EXPECT_EQ(is_nonblocking(client.get()), flags != 0);
      }
    }
  }
}

TEST(ConnectUntil, ends_at_its_deadline_when_the_queue_of_the_listener_is_full) {
  for (const Address& at : {loopback, Address::unix_abstract("bowline is full")}) {
    testing::Interruptions interruptions;
    FileDescriptor server = listener(at, 0);
    std::vector<FileDescriptor> clients;
    int result = 0;
    for (int count = 0; count < 10 && result == 0; ++count) {
      clients.emplace_back(open_socket(at.family(), SOCK_STREAM));
      result = connect_until(clients.back().get(), address_of(server), now() + 50ms);
    }
    EXPECT_EQ(result, -ETIMEDOUT) << at.text();
    EXPECT_EQ(is_nonblocking(clients.back().get()), 0);
  }
}

TEST(ConnectUntil, can_be_tried_again_on_the_same_socket) {
  FileDescriptor server = listener(loopback);
  FileDescriptor bound(open_socket(Family::ipv4, SOCK_STREAM));
  ASSERT_EQ(bind_to(bound.get(), loopback), 0);
  FileDescriptor client(open_socket(Family::ipv4, SOCK_STREAM));
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(connect_until(client.get(), address_of(bound), now() + 10s), -ECONNREFUSED);
  }
  EXPECT_EQ(connect_until(client.get(), address_of(server), now() + 10s), 0);
}

}  // namespace
}  // namespace bowline::os
