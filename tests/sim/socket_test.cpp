#include "bowline/sim/socket.h"

#include "tests/support/sim_pair.h"

#include <gtest/gtest.h>

namespace bowline::sim {
namespace {

using namespace std::chrono_literals;
using testing::SimPair;

TEST(Socket, answers_a_cancelled_op_once) {
  SimPair pair;
  pair.connect_both();
  std::string room(4, '-');
  Op op = testing::receive_op(pair.far_end, writable(room));
  EXPECT_FALSE(pair.far.submit(op));
  pair.far.cancel(op);
  EXPECT_EQ(pair.far.next(), &op);
  EXPECT_EQ(op.result, -ECANCELED);
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "kept"), 0);
  pair.pass(1s);
  EXPECT_EQ(pair.far.next(), nullptr);
  EXPECT_EQ(pair.receive(pair.far, pair.far_end), "kept");
}

TEST(Socket, does_not_cancel_what_is_answered_already) {
  SimPair pair;
  pair.connect_both();
  std::string room(4, '-');
  Op op = testing::receive_op(pair.far_end, writable(room));
  EXPECT_FALSE(pair.far.submit(op));
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "data"), 0);
  pair.pass(1s);
  pair.far.cancel(op);
  EXPECT_EQ(pair.far.next(), &op);
  EXPECT_EQ(op.result, 4);
  EXPECT_EQ(pair.far.next(), nullptr);
}

TEST(Socket, does_one_op_a_direction_side_by_side) {
  SimPair pair;
  pair.fabric.links.between_all().send_buffer = 10;
  pair.connect_both();
  std::string big(200'000, 'x');
  std::string room(4, '-');
  Op sending = testing::send_op(pair.near_end, big);
  Op receiving = testing::receive_op(pair.near_end, writable(room));
  EXPECT_FALSE(pair.near.submit(sending));
  EXPECT_FALSE(pair.near.submit(receiving));
  EXPECT_EQ(pair.send(pair.far, pair.far_end, "in"), 0);
  pair.pass(1s);
  EXPECT_EQ(pair.near.next(), &receiving);
  pair.near.cancel(sending);
  EXPECT_EQ(pair.near.next(), &sending);
}

TEST(Socket, ends_while_it_waits_for_bytes) {
  SimPair pair;
  pair.connect_both();
  std::string room(4, '-');
  Op receiving = testing::receive_op(pair.near_end, writable(room));
  EXPECT_FALSE(pair.near.submit(receiving));
  Op end = testing::op_on(Op::Kind::end, pair.near_end);
  EXPECT_TRUE(pair.near.submit(end));
  EXPECT_EQ(end.result, 0);
  EXPECT_EQ(pair.send(pair.far, pair.far_end, "in"), 0);
  pair.pass(1s);
  EXPECT_EQ(pair.near.next(), &receiving);
}

}  // namespace
}  // namespace bowline::sim
