#include "bowline/sim/datagram_socket.h"

#include "tests/support/sim_pair.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace bowline::sim {
namespace {

using testing::SimPair;

Handle open(SimBackend& system, std::uint16_t port, const Address& peer = {}) {
  Address local = Address::ipv4(0, port);
  return system.open_datagrams(local, peer, {});
}

int send_to(SimPair& pair, Handle handle, const Address& to, std::string_view text) {
  Outgoing one{text, to, 0};
  Op op;
  op.kind = Op::Kind::send_datagrams;
  op.handle = handle;
  op.outgoing = &one;
  op.size = 1;
  return pair.answer(pair.near, op);
}

TEST(DatagramSocket, takes_only_what_its_peer_sends) {
  SimPair pair;
  Address far = Address::parse_ip("10.0.0.2", 7000).value();
  Handle near = open(pair.near, 0, far);
  Handle server = open(pair.far, 7000);
  Address local;
  EXPECT_EQ(pair.near.local_address(near, local), 0);
  EXPECT_EQ(local.host(), "10.0.0.1");
  Address peer;
  EXPECT_EQ(pair.near.peer_address(near, peer), 0);
  EXPECT_EQ(peer, far);
  EXPECT_EQ(pair.far.peer_address(server, peer), -ENOTCONN);
}

TEST(DatagramSocket, has_room_for_so_much_and_loses_the_rest) {
  SimPair pair;
  Address far = Address::parse_ip("10.0.0.2", 7000).value();
  Handle near = open(pair.near, 0);
  Handle server = open(pair.far, 7000);
  pair.far.set_option(server, Option::receive_buffer_size, 10);
  for (int count = 0; count < 5; ++count) EXPECT_EQ(send_to(pair, near, far, "12345678"), 0);
  pair.pass();
  Datagram got[8];
  Op op;
  op.kind = Op::Kind::receive_datagrams;
  op.handle = server;
  op.incoming = got;
  op.size = 8;
  EXPECT_EQ(pair.answer(pair.far, op), 2);
}

TEST(DatagramSocket, answers_as_the_kernel_does) {
  SimPair pair;
  Handle near = open(pair.near, 0);
  Address far = Address::parse_ip("10.0.0.2", 7000).value();
  EXPECT_EQ(send_to(pair, near, far, std::string(65'508, 'x')), -EMSGSIZE);
  EXPECT_EQ(send_to(pair, near, {}, "to whom?"), -EDESTADDRREQ);
  EXPECT_EQ(send_to(pair, near, Address::ipv6({}, 1), "another family"), -EAFNOSUPPORT);
  EXPECT_EQ(open(pair.near, 5000) >= 0, true);
  EXPECT_EQ(open(pair.near, 5000), -EADDRINUSE);
  Op op = testing::op_on(Op::Kind::accept, near);
  EXPECT_EQ(pair.answer(pair.near, op), -EINVAL);
  Address nobody = Address::unix_abstract("nobody");
  Address local = Address::unix_unnamed();
  EXPECT_EQ(pair.near.open_datagrams(local, nobody, {}), -ECONNREFUSED);
}

}  // namespace
}  // namespace bowline::sim
