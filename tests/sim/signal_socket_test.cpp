#include "bowline/sim/signal_socket.h"

#include "tests/support/sim_pair.h"

#include <gtest/gtest.h>

#include <csignal>

namespace bowline::sim {
namespace {

using testing::SimPair;

TEST(SignalSocket, can_be_read_when_one_of_its_signals_has_come) {
  SimPair pair;
  Handle watch = pair.near.open_signals({SIGINT, SIGTERM});
  Op op = testing::op_on(Op::Kind::poll, watch);
  EXPECT_FALSE(pair.near.submit(op));
  EXPECT_FALSE(pair.near.signal(SIGHUP)) << "nobody watches for it";
  EXPECT_EQ(pair.near.next(), nullptr);
  EXPECT_TRUE(pair.near.signal(SIGTERM));
  EXPECT_EQ(pair.near.next(), &op);
  EXPECT_EQ(pair.near.read_signal(watch), SIGTERM);
  EXPECT_EQ(pair.near.read_signal(watch), -EAGAIN);
}

}  // namespace
}  // namespace bowline::sim
