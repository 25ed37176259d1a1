#include "bowline/sim/connection.h"

#include "tests/support/sim_pair.h"

#include <gtest/gtest.h>

namespace bowline::sim {
namespace {

using namespace std::chrono_literals;
using testing::SimPair;

TEST(Connection, carries_bytes_both_ways_in_order) {
  SimPair pair;
  pair.connect_both();
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "one "), 0);
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "two"), 0);
  EXPECT_EQ(pair.send(pair.far, pair.far_end, "back"), 0);
  pair.pass(1s);
  EXPECT_EQ(pair.receive(pair.far, pair.far_end), "one two");
  EXPECT_EQ(pair.receive(pair.near, pair.near_end), "back");
}

TEST(Connection, keeps_the_order_of_packets_that_are_lost_or_late) {
  SimPair pair;
  pair.fabric.links.between_all() = {.jitter = 50ms, .packet_size = 3, .loss = 0.5};
  pair.connect_both();
  std::string text;
  for (int index = 0; index < 1000; ++index) text += std::to_string(index);
  EXPECT_EQ(pair.send(pair.near, pair.near_end, text), 0);
  pair.pass();
  EXPECT_EQ(pair.receive(pair.far, pair.far_end, 10'000), text);
}

TEST(Connection, takes_no_more_than_its_buffers_hold) {
  SimPair pair;
  pair.fabric.links.between_all() = {.send_buffer = 100, .receive_buffer = 50};
  pair.connect_both();
  std::string text(1000, 'x');
  Op op = testing::send_op(pair.near_end, text);
  EXPECT_EQ(pair.answer(pair.near, op), -EINPROGRESS);
  EXPECT_EQ(op.size, 1000 - 150u);
  EXPECT_EQ(pair.receive(pair.far, pair.far_end).size(), 50u);
  pair.pass();
  EXPECT_EQ(op.size, 1000 - 200u);
  pair.near.cancel(op);
  EXPECT_EQ(pair.near.next(), &op);
}

TEST(Connection, stalls_while_the_link_is_cut_and_goes_on_when_it_heals) {
  SimPair pair;
  pair.connect_both();
  pair.fabric.links.between_all().cut = true;
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "late"), 0);
  pair.pass(1min);
  std::string room(10, '-');
  Op op = testing::receive_op(pair.far_end, writable(room));
  EXPECT_EQ(pair.answer(pair.far, op, 1s), -EINPROGRESS);
  pair.fabric.links.between_all().cut = false;
  pair.pass(10s);
  EXPECT_EQ(pair.far.next(), &op);
  EXPECT_EQ(op.result, 4);
}

TEST(Connection, times_out_when_its_bytes_do_not_arrive_for_too_long) {
  SimPair pair;
  pair.connect_both();
  pair.fabric.links.between_all().cut = true;
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "never"), 0);
  pair.pass(14min);
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "still"), 0);
  pair.pass(2min);
  EXPECT_EQ(pair.receive(pair.near, pair.near_end), "error " + std::to_string(ETIMEDOUT));
}

TEST(Connection, that_nobody_knows_any_more_is_reset) {
  SimPair pair;
  pair.connect_both();
  pair.far.end_program(true);
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "hello"), 0) << "half open: nobody tells";
  pair.pass(5s);
  pair.far.begin_program();
  pair.pass(20s);
  EXPECT_EQ(pair.receive(pair.near, pair.near_end), "error " + std::to_string(ECONNRESET));
}

TEST(Connection, is_reset_by_a_link_that_does_so) {
  SimPair pair;
  pair.connect_both();
  pair.fabric.links.between_all().resets = 1;
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "x"), 0);
  pair.pass(1s);
  std::string reset = "error " + std::to_string(ECONNRESET);
  EXPECT_EQ(pair.receive(pair.near, pair.near_end), reset);
  EXPECT_EQ(pair.receive(pair.far, pair.far_end), reset);
  EXPECT_EQ(pair.receive(pair.far, pair.far_end), "") << "an error is told once";
}

// What a side that waits to read hears within `limit`, after `happens`.
template <class Happens>
int heard(Duration limit, Happens happens) {
  SimPair pair;
  pair.connect_both();
  pair.near.set_option(pair.near_end, Option::peer_timeout, 10);
  happens(pair);
  std::string room(10, '-');
  Op op = testing::receive_op(pair.near_end, writable(room));
  int result = pair.answer(pair.near, op, limit);
  if (result != -EINPROGRESS) return result;
  pair.near.cancel(op);
  EXPECT_EQ(pair.near.next(), &op);
  return result;
}

TEST(Connection, tells_who_watches_that_the_peer_does_not_answer) {
  auto cut = [](SimPair& pair) { pair.fabric.links.between_all().cut = true; };
  EXPECT_EQ(heard(9s, cut), -EINPROGRESS);
  EXPECT_EQ(heard(11s, cut), -ETIMEDOUT);
  auto cut_after_sending = [&cut](SimPair& pair) {
    cut(pair);
    EXPECT_EQ(pair.send(pair.near, pair.near_end, "lost"), 0);
  };
  EXPECT_EQ(heard(12s, cut_after_sending), -ETIMEDOUT);
}

TEST(Connection, tells_who_watches_that_the_peer_has_started_again) {
  auto restart = [](SimPair& pair) {
    pair.far.end_program(true);
    pair.far.begin_program();
  };
  EXPECT_EQ(heard(4s, restart), -EINPROGRESS);
  EXPECT_EQ(heard(6s, restart), -ECONNRESET);
}

TEST(Connection, does_not_mind_a_peer_that_is_only_silent) {
  EXPECT_EQ(heard(1h, [](SimPair&) {}), -EINPROGRESS);
}

}  // namespace
}  // namespace bowline::sim
