#include "bowline/socket/socket.h"

#include "tests/socket/connected.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using testing::error_of;
using testing::starts;

TEST(SocketOptions, are_set_and_read) {
  Socket socket(Family::ipv6);
  socket.set_reuse_address();
  EXPECT_TRUE(socket.reuse_address());
  socket.set_reuse_address(false);
  EXPECT_FALSE(socket.reuse_address());
  socket.set_reuse_port();
  EXPECT_TRUE(socket.reuse_port());
  socket.set_ipv6_only();
  EXPECT_TRUE(socket.ipv6_only());
  socket.set_no_delay();
  EXPECT_TRUE(socket.no_delay());
  socket.set_broadcast();
  EXPECT_TRUE(socket.broadcast());
  socket.set_send_buffer_size(20'000);
  EXPECT_GE(socket.send_buffer_size(), 20'000);
  socket.set_receive_buffer_size(20'000);
  EXPECT_GE(socket.receive_buffer_size(), 20'000);
}

TEST(SocketOptions, of_keep_alive_are_set_together) {
  Socket socket(Family::ipv4);
  EXPECT_FALSE(socket.keep_alive());
  socket.set_keep_alive({.idle = 30s, .interval = 5s, .count = 3});
  EXPECT_TRUE(socket.keep_alive());
  EXPECT_EQ(socket.option(IPPROTO_TCP, TCP_KEEPIDLE), 30);
  EXPECT_EQ(socket.option(IPPROTO_TCP, TCP_KEEPINTVL), 5);
  EXPECT_EQ(socket.option(IPPROTO_TCP, TCP_KEEPCNT), 3);
  socket.set_keep_alive(false);
  EXPECT_FALSE(socket.keep_alive());
}

TEST(SocketOptions, of_linger_are_a_time_or_none) {
  Socket socket(Family::ipv4);
  EXPECT_EQ(socket.linger(), std::nullopt);
  socket.set_linger(5s);
  EXPECT_EQ(socket.linger(), 5s);
  socket.set_linger(0s);
  EXPECT_EQ(socket.linger(), 0s);
  socket.set_linger(std::nullopt);
  EXPECT_EQ(socket.linger(), std::nullopt);
}

TEST(SocketOptions, can_be_any_of_the_systems) {
  Socket socket(Family::ipv4);
  socket.set_option(IPPROTO_TCP, TCP_DEFER_ACCEPT, 1);
  EXPECT_NE(socket.option(IPPROTO_TCP, TCP_DEFER_ACCEPT), 0);
}

TEST(SocketOptions, that_a_socket_does_not_have_are_an_error) {
  auto [first, second] = socket_pair();
  Error error = error_of([&mine = first] { mine.set_no_delay(); });
  EXPECT_TRUE(starts(error, "set TCP_NODELAY of a socket for unix: "));
  EXPECT_THROW(first.no_delay(), Error);
}

}  // namespace
}  // namespace bowline
