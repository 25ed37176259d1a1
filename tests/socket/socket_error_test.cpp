#include "bowline/socket/socket.h"

#include "tests/socket/connected.h"
#include "tests/support/folder.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using testing::Connected;
using testing::error_of;
using testing::listener;
using testing::starts;

TEST(SocketError, of_a_refused_connection_says_where) {
  Socket bound(Family::ipv4);
  bound.bind({"127.0.0.1", 0});
  Address address = bound.local_address();
  for (Deadline deadline : {Deadline(), Deadline(10s)}) {
    Error error = error_of([&] { Socket(Family::ipv4).connect(address, deadline); });
    EXPECT_TRUE(error.is(std::errc::connection_refused));
    EXPECT_TRUE(starts(error, "connect to tcp://" + address.text() + ": connection refused: "));
  }
  Error error = error_of([&] { Socket(Family::ipv4).connect({"localhost", address.port()}); });
  EXPECT_TRUE(starts(error, "connect to tcp://localhost:" + std::to_string(address.port()) + " (" +
                                address.text() + "): connection refused"));
}

TEST(SocketError, of_a_port_in_use_says_which) {
  Socket server = listener();
  Error error = error_of([&] { Socket(Family::ipv4).bind(server.local_address()); });
  EXPECT_TRUE(error.is(std::errc::address_in_use));
  EXPECT_TRUE(
      starts(error, "bind to tcp://" + server.local_address().text() + ": address already in use"));
}

TEST(SocketError, of_a_peer_that_is_gone_still_knows_its_address) {
  Connected all;
  Address peer = all.client.local_address();
  all.client.set_linger(0s);
  all.client.close();
  Error error = error_of([&] { all.peer.recv(1); });
  EXPECT_TRUE(error.is(std::errc::connection_reset));
  EXPECT_TRUE(starts(error, "receive from tcp://" + peer.text() + ": connection reset by peer"));
  error = error_of([&] {
    while (true) all.peer.send("x");
  });
  EXPECT_TRUE(starts(error, "send to tcp://" + peer.text() + ": broken pipe")) << error.what();
}

TEST(SocketError, of_a_unix_client_names_its_server) {
  testing::Folder folder;
  std::string url = "unix:" + folder / "x.sock";
  Socket server = listener(url, Family::local);
  Socket client(Family::local);
  client.connect(url);
  Socket peer = server.accept().socket;
  EXPECT_EQ(error_of([&] { peer.recv(1, 0s); }).what(),
            "receive from a client of " + url + ": timed out");
  EXPECT_EQ(error_of([&] { client.recv(1, 0s); }).what(), "receive from " + url + ": timed out");
  auto [first, second] = socket_pair();
  EXPECT_STREQ(error_of([&mine = first] { mine.recv(1, 0s); }).what(),
               "receive from the peer: timed out");
}

TEST(SocketError, of_a_socket_without_a_peer_names_its_own_address) {
  Socket server(Family::ipv4, Type::datagram);
  server.bind({"127.0.0.1", 0});
  EXPECT_EQ(error_of([&] { server.recv_from(1, 0s); }).what(),
            "receive on udp://" + server.local_address().text() + ": timed out");
}

TEST(SocketError, of_a_socket_that_is_not_connected) {
  Socket socket(Family::ipv4);
  EXPECT_TRUE(error_of([&] { socket.peer_address(); }).is(std::errc::not_connected));
  EXPECT_TRUE(error_of([&] { socket.shutdown(How::write); }).is(std::errc::not_connected));
  EXPECT_TRUE(error_of([&] { socket.recv(1); }).is(std::errc::not_connected));
}

TEST(SocketError, of_a_family_that_does_not_exist) {
  Error error = error_of([] { Socket socket(Family::none); });
  EXPECT_TRUE(error.is(std::errc::address_family_not_supported));
  EXPECT_TRUE(starts(error, "open a socket for "));
}

TEST(Socket, that_failed_to_connect_can_try_again) {
  Socket server = listener();
  Socket bound(Family::ipv4);
  bound.bind({"127.0.0.1", 0});
  Socket client(Family::ipv4);
  EXPECT_THROW(client.connect(bound.local_address(), 10s), Error);
  EXPECT_NO_THROW(client.connect(server.local_address(), 10s));
}

}  // namespace
}  // namespace bowline
