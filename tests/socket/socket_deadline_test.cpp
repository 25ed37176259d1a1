#include "bowline/socket/socket.h"

#include "tests/socket/connected.h"
#include "tests/support/interruptions.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <cerrno>
#include <thread>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using testing::Connected;
using testing::error_of;
using testing::listener;
using testing::starts;

TEST(SocketDeadline, ends_accept) {
  Socket server = listener();
  Error error = error_of([&] { server.accept(10ms); });
  EXPECT_TRUE(error.timed_out());
  EXPECT_EQ(error.what(), "accept on tcp://" + server.local_address().text() + ": timed out");
}

TEST(SocketDeadline, that_ended_accept_does_not_end_the_next_one) {
  Socket server = listener();
  EXPECT_TRUE(error_of([&] { server.accept(0s); }).timed_out());
  std::thread client([at = server.local_address()] { Socket(Family::ipv4).connect(at); });
  EXPECT_TRUE(server.accept().socket.blocking());
  client.join();
}

TEST(SocketDeadline, ends_every_way_to_receive) {
  Connected all;
  std::byte room[1];
  EXPECT_TRUE(error_of([&] { all.peer.recv(1, 10ms); }).timed_out());
  EXPECT_TRUE(error_of([&] { all.peer.recv_into(room, 10ms); }).timed_out());
  EXPECT_TRUE(error_of([&] { all.peer.recv_exactly(1, 10ms); }).timed_out());
  EXPECT_TRUE(error_of([&] { all.peer.recv_from(1, 10ms); }).timed_out());
  auto [first, second] = socket_pair();
  EXPECT_TRUE(error_of([&mine = first] { mine.recv_with_handles(1, 10ms); }).timed_out());
  Error error = error_of([&] { all.peer.recv(1, 0s); });
  EXPECT_EQ(error.what(),
            "receive from tcp://" + all.client.local_address().text() + ": timed out");
}

TEST(SocketDeadline, that_has_passed_takes_what_is_there) {
  auto [first, second] = socket_pair();
  first.send_all("abc", 0s);
  EXPECT_EQ(second.recv(10, 0s).text(), "abc");
  first.close();
  EXPECT_FALSE(second.recv(10, 0s));
}

TEST(SocketDeadline, ends_sending_to_a_peer_that_never_reads) {
  std::string text(50'000'000, 'x');
  for (bool tcp : {true, false}) {
    Connected all;
    auto [first, second] = socket_pair();
    Socket& sender = tcp ? all.client : first;
    Error error = error_of([&] { sender.send_all(text, 20ms); });
    EXPECT_TRUE(error.timed_out()) << error.what();
    EXPECT_TRUE(error_of([&] { sender.send_all(text, 0s); }).timed_out());
  }
}

// The peer gives a little again and again: no single wait is long, and still it ends.
TEST(SocketDeadline, is_not_stretched_by_a_peer_that_is_slow) {
  auto [first, second] = socket_pair();
  std::thread trickle([&other = second] {
    error_of([&] {
      while (true) other.send_all("x");
    });
  });
  EXPECT_TRUE(error_of([&mine = first] { mine.recv_exactly(100'000'000, 20ms); }).timed_out());
  first.close();
  trickle.join();
}

// The peer takes a little again and again.
TEST(SocketDeadline, is_not_stretched_by_a_peer_that_takes_little) {
  auto [first, second] = socket_pair();
  first.set_send_buffer_size(1);
  std::thread taker([&other = second] {
    while (other.recv(1)) {
    }
  });
  std::string text(100'000'000, 'x');
  EXPECT_TRUE(error_of([&, &mine = first] { mine.send_all(text, 20ms); }).timed_out());
  first.close();
  taker.join();
}

TEST(SocketDeadline, ends_connect_when_the_queue_of_the_server_is_full) {
  Socket server = listener({"127.0.0.1", 0}, Family::ipv4, 0);
  std::vector<Socket> clients;
  Error error = error_of([&] {
    while (clients.size() < 10) {
      clients.emplace_back(Family::ipv4);
      clients.back().connect(server.local_address(), 30ms);
    }
  });
  EXPECT_TRUE(error.timed_out());
  EXPECT_TRUE(starts(error, "connect to tcp://" + server.local_address().text() + ": timed out"));
  EXPECT_TRUE(clients.back().blocking());
}

TEST(SocketDeadline, ends_though_signals_interrupt) {
  Connected all;
  testing::Interruptions interruptions;
  Time start = os::now();
  EXPECT_TRUE(error_of([&] { all.peer.recv(1, 30ms); }).timed_out());
  EXPECT_TRUE(error_of([&] { all.server.accept(30ms); }).timed_out());
  EXPECT_GE(os::now() - start, 60ms);
}

TEST(Socket, waits_on_when_signals_interrupt) {
  auto [first, second] = socket_pair();
  std::thread sender([&other = second] {
    Deadline pause = 20ms;
    while (!pause.expired()) std::this_thread::yield();
    other.send_all("abc");
  });
  {
    testing::Interruptions interruptions;
    EXPECT_EQ(first.recv(10).text(), "abc");
  }
  sender.join();
}

TEST(SocketTimeout, ends_calls_without_a_deadline) {
  Connected all;
  EXPECT_EQ(all.peer.timeout(), forever);
  all.peer.set_timeout(10ms);
  EXPECT_EQ(all.peer.timeout(), 10ms);
  EXPECT_TRUE(all.peer.blocking());
  EXPECT_TRUE(error_of([&] { all.peer.recv(1); }).timed_out());
  EXPECT_TRUE(error_of([&] { all.peer.recv_exactly(1); }).timed_out());
  EXPECT_TRUE(error_of([&] { all.peer.send_all(std::string(50'000'000, 'x')); }).timed_out());
  all.server.set_timeout(0.01s);
  EXPECT_TRUE(error_of([&] { all.server.accept(); }).timed_out());
}

TEST(SocketTimeout, gives_way_to_a_deadline) {
  auto [first, second] = socket_pair();
  first.set_timeout(1h);
  EXPECT_TRUE(error_of([&mine = first] { mine.recv(1, 10ms); }).timed_out());
  first.set_timeout(1ns);
  std::thread sender([&other = second] { other.send_all("abc"); });
  EXPECT_EQ(first.recv(10, Deadline::none()).text(), "abc");
  sender.join();
}

TEST(SocketNonBlocking, says_at_once_that_it_would_have_to_wait) {
  Connected all;
  all.peer.set_blocking(false);
  EXPECT_FALSE(all.peer.blocking());
  EXPECT_EQ(all.peer.timeout(), Duration::zero());
  EXPECT_TRUE(error_of([&] { all.peer.recv(1); }).is(std::errc::operation_would_block));
  all.server.set_blocking(false);
  EXPECT_TRUE(error_of([&] { all.server.accept(); }).is(std::errc::operation_would_block));
  std::string text(50'000'000, 'x');
  EXPECT_LT(all.peer.send(text), text.size());
  EXPECT_TRUE(error_of([&] { all.peer.send_all(text); }).is(std::errc::operation_would_block));
}

TEST(SocketNonBlocking, waits_when_a_deadline_is_given) {
  auto [first, second] = socket_pair();
  first.set_blocking(false);
  EXPECT_TRUE(error_of([&mine = first] { mine.recv(1, 10ms); }).timed_out());
  std::thread sender([&other = second] { other.send_all("abc"); });
  EXPECT_EQ(first.recv(10, 10s).text(), "abc");
  sender.join();
}

TEST(SocketNonBlocking, blocks_again_when_told_to) {
  auto [first, second] = socket_pair();
  first.set_blocking(false);
  first.set_blocking(true);
  EXPECT_TRUE(first.blocking());
  EXPECT_EQ(::fcntl(first.fileno(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(SocketNonBlocking, connects_in_the_background) {
  Socket server = listener();
  Socket client(Family::ipv4);
  client.set_blocking(false);
  EXPECT_EQ(client.connect_ex(server.local_address()), EINPROGRESS);
  EXPECT_GT(os::wait_for(client.fileno(), POLLOUT, os::now() + 10s), 0);
  EXPECT_EQ(client.error(), 0);
  EXPECT_EQ(client.peer_address(), server.local_address());
}

TEST(ConnectEx, gives_the_number_of_an_error) {
  Socket server = listener();
  Socket client(Family::ipv4);
  EXPECT_EQ(client.connect_ex(server.local_address()), 0);
  Socket bound(Family::ipv4);
  bound.bind({"127.0.0.1", 0});
  EXPECT_EQ(Socket(Family::ipv4).connect_ex(bound.local_address()), ECONNREFUSED);
  EXPECT_EQ(Socket(Family::ipv4).connect_ex(bound.local_address(), 10s), ECONNREFUSED);
  EXPECT_TRUE(error_of([] { Socket(Family::ipv4).connect_ex("no:where:"); }).is(Errc::bad_address));
}

}  // namespace
}  // namespace bowline
