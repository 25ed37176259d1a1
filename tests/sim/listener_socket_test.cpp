#include "bowline/sim/listener_socket.h"

#include "tests/support/sim_pair.h"

#include <gtest/gtest.h>

namespace bowline::sim {
namespace {

using namespace std::chrono_literals;
using testing::SimPair;

TEST(ListenerSocket, gives_connections_with_their_peers) {
  SimPair pair;
  pair.connect_both();
  EXPECT_EQ(pair.peer.text(), "10.0.0.1:32768");
  Address address;
  EXPECT_EQ(pair.far.peer_address(pair.far_end, address), 0);
  EXPECT_EQ(address, pair.peer);
  EXPECT_EQ(pair.near.local_address(pair.near_end, address), 0);
  EXPECT_EQ(address, pair.peer);
}

TEST(ListenerSocket, that_is_full_lets_connections_wait) {
  SimPair pair;
  pair.listen({.backlog = 0});
  EXPECT_EQ(pair.connect(), 0);
  Handle second = pair.near.open(Family::ipv4);
  Op op = testing::op_on(Op::Kind::connect, second, &pair.address);
  EXPECT_EQ(pair.answer(pair.near, op, 1s), -EINPROGRESS);
  EXPECT_GE(pair.accept(), 0);
  pair.pass(1min);
  EXPECT_EQ(pair.near.next(), &op);
  EXPECT_EQ(op.result, 0);
}

TEST(ListenerSocket, that_stays_full_lets_connecting_time_out) {
  SimPair pair;
  pair.listen({.backlog = 0});
  EXPECT_EQ(pair.connect(), 0);
  EXPECT_EQ(pair.connect(), -ETIMEDOUT);
}

TEST(ListenerSocket, accepts_nothing_without_a_handle_for_it) {
  SimPair pair;
  pair.listen();
  pair.far.rules().handles_max = 1;
  EXPECT_EQ(pair.connect(), 0);
  EXPECT_EQ(pair.accept(), -EMFILE);
  pair.far.rules().handles_max = 2;
  EXPECT_GE(pair.accept(), 0) << "the connection was kept";
}

TEST(ListenerSocket, fails_as_the_rules_say) {
  SimPair pair;
  pair.listen();
  pair.far.rules().accept_error = ENOMEM;
  EXPECT_EQ(pair.connect(), 0);
  EXPECT_EQ(pair.accept(), -ENOMEM);
  pair.far.rules().accept_error = 0;
  EXPECT_GE(pair.accept(), 0);
}

TEST(ListenerSocket, that_is_closed_resets_what_waited) {
  SimPair pair;
  pair.listen();
  EXPECT_EQ(pair.connect(), 0);
  pair.far.close(pair.listener);
  pair.pass(1s);
  EXPECT_EQ(pair.receive(pair.near, pair.near_end), "error " + std::to_string(ECONNRESET));
}

}  // namespace
}  // namespace bowline::sim
