#include "bowline/socket/socket.h"

#include "tests/socket/connected.h"
#include "tests/support/folder.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using testing::error_of;
using testing::starts;

TEST(SocketDatagram, comes_whole_with_the_senders_address) {
  Socket server(Family::ipv4, Type::datagram);
  server.bind("udp://127.0.0.1:0");
  Socket client(Family::ipv4, Type::datagram);
  EXPECT_EQ(client.send_to("hello", server.local_address()), 5u);
  EXPECT_EQ(client.send_to("", {"localhost", server.local_address().port()}), 0u);
  auto [data, address, truncated] = server.recv_from(100, 10s);
  EXPECT_EQ(data.text(), "hello");
  EXPECT_EQ(address.port(), client.local_address().port());
  EXPECT_FALSE(truncated);
  EXPECT_TRUE(server.recv_from(100, 10s).data.empty());
  server.send_to("back", address);
  EXPECT_EQ(client.recv(100, 10s).text(), "back");
}

TEST(SocketDatagram, that_was_cut_says_so) {
  auto [first, second] = socket_pair(Type::datagram);
  first.send_all("0123456789");
  Socket::Datagram datagram = second.recv_from(4);
  EXPECT_EQ(datagram.data.text(), "0123");
  EXPECT_TRUE(datagram.truncated);
}

TEST(SocketDatagram, over_unix_knows_the_senders_path) {
  testing::Folder folder;
  Socket server(Family::local, Type::datagram);
  server.bind("unixgram:" + folder / "server");
  Socket client(Family::local, Type::datagram);
  client.bind("unixgram:" + folder / "client");
  client.send_to("hi", "unixgram:" + folder / "server");
  EXPECT_EQ(server.recv_from(10, 10s).address, Address::unix_path(folder / "client"));
}

TEST(SocketDatagram, comes_to_a_group) {
  Address group = Address::ipv4(0xEFFF0001, 0);  // 239.255.0.1
  Socket server(Family::ipv4, Type::datagram);
  server.bind({"", 0});
  server.join_group(group, 1);
  Socket client(Family::ipv4, Type::datagram);
  client.set_multicast_interface(1);
  client.set_multicast_hops(1);
  client.set_multicast_loop(true);
  client.send_to("all", group.with_port(server.local_address().port()));
  EXPECT_EQ(server.recv_from(10, 10s).data.text(), "all");
  server.leave_group(group, 1);
  Error error = error_of([&] { server.leave_group(group, 1); });
  EXPECT_TRUE(starts(error, "set end of membership of 239.255.0.1 of a socket for udp"));
}

TEST(SocketSeqpacket, keeps_messages_apart) {
  auto [first, second] = socket_pair(Type::seqpacket);
  first.send_all("one");
  first.send_all("two");
  EXPECT_EQ(second.recv(100).text(), "one");
  EXPECT_EQ(second.recv(100).text(), "two");
}

}  // namespace
}  // namespace bowline
