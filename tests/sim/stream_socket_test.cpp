#include "bowline/sim/stream_socket.h"

#include "tests/support/sim_pair.h"

#include <gtest/gtest.h>

namespace bowline::sim {
namespace {

using namespace std::chrono_literals;
using testing::SimPair;
using Kind = Op::Kind;

std::string error(int number) {
  return "error " + std::to_string(number);
}

TEST(StreamSocket, half_closes) {
  SimPair pair;
  pair.connect_both();
  Op end = testing::op_on(Kind::end, pair.near_end);
  EXPECT_EQ(pair.answer(pair.near, end), 0);
  EXPECT_EQ(pair.receive(pair.far, pair.far_end), "");
  EXPECT_EQ(pair.send(pair.far, pair.far_end, "answer"), 0);
  pair.pass(1s);
  EXPECT_EQ(pair.receive(pair.near, pair.near_end), "answer");
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "x"), -EPIPE);
}

TEST(StreamSocket, that_is_closed_still_delivers_what_was_written) {
  SimPair pair;
  pair.connect_both();
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "last words"), 0);
  pair.near.close(pair.near_end);
  pair.pass(1s);
  EXPECT_EQ(pair.receive(pair.far, pair.far_end), "last words");
  EXPECT_EQ(pair.receive(pair.far, pair.far_end), "");
}

TEST(StreamSocket, that_is_closed_with_unread_bytes_resets) {
  SimPair pair;
  pair.connect_both();
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "unread"), 0);
  pair.pass(1s);
  pair.far.close(pair.far_end);
  pair.pass(1s);
  EXPECT_EQ(pair.receive(pair.near, pair.near_end), error(ECONNRESET));
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "x"), -EPIPE);
}

TEST(StreamSocket, with_linger_zero_resets_at_close) {
  SimPair pair;
  pair.connect_both();
  EXPECT_EQ(pair.near.set_option(pair.near_end, Option::linger, 0), 0);
  pair.near.close(pair.near_end);
  pair.pass(1s);
  EXPECT_EQ(pair.receive(pair.far, pair.far_end), error(ECONNRESET));
}

TEST(StreamSocket, write_to_a_closed_peer_is_reset_and_then_a_broken_pipe) {
  SimPair pair;
  pair.connect_both();
  pair.far.close(pair.far_end);
  pair.pass(1s);
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "x"), 0) << "the first goes out";
  pair.pass(1s);
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "x"), -EPIPE);
}

TEST(StreamSocket, is_refused_where_nobody_listens) {
  SimPair pair;
  pair.address = Address::parse_ip("10.0.0.2", 9).value();
  EXPECT_EQ(pair.connect(), -ECONNREFUSED);
  EXPECT_EQ(pair.near.advice(Attempted::connect, pair.address, ECONNREFUSED),
            "nothing is listening there");
}

TEST(StreamSocket, does_not_reach_what_is_not_there) {
  SimPair pair;
  pair.address = Address::parse_ip("10.0.0.99", 9).value();
  EXPECT_EQ(pair.connect(), -EHOSTUNREACH);
  pair.address = Address::parse_ip("fd00::2", 9).value();
  EXPECT_EQ(pair.connect(), -EAFNOSUPPORT) << "the socket is of IPv4";
  Handle handle = pair.near.open(Family::ipv6);
  Op op = testing::op_on(Kind::connect, handle, &pair.address);
  EXPECT_EQ(pair.answer(pair.near, op), -ENETUNREACH) << "near has no IPv6";
}

TEST(StreamSocket, connect_obeys_the_link) {
  SimPair pair;
  pair.listen();
  pair.fabric.links.between_all().connecting = Connecting::refused;
  EXPECT_EQ(pair.connect(), -ECONNREFUSED);
  pair.fabric.links.between_all().connecting = Connecting::unreachable;
  EXPECT_EQ(pair.connect(), -EHOSTUNREACH);
  pair.fabric.links.between_all() = {.cut = true, .connect_timeout = 3s};
  EXPECT_EQ(pair.connect(), -ETIMEDOUT);
  pair.fabric.links.between_all() = {.latency = 20ms};
  Time begin = pair.fabric.now;
  Handle handle = pair.near.open(Family::ipv4);
  Op op = testing::op_on(Kind::connect, handle, &pair.address);
  EXPECT_EQ(pair.answer(pair.near, op, 39ms), -EINPROGRESS);
  pair.pass(1ms);
  EXPECT_EQ(pair.near.next(), &op);
  EXPECT_EQ(pair.fabric.now, begin + 40ms) << "there and back";
}

TEST(StreamSocket, reads_and_writes_short_when_the_link_says_so) {
  SimPair pair;
  pair.connect_both();
  pair.fabric.links.between_all().short_reads = pair.fabric.links.between_all().short_writes = 1;
  std::string text(1000, 'x');
  EXPECT_EQ(pair.send(pair.near, pair.near_end, text), 0) << "a send is all, in the end";
  pair.pass(1s);
  std::size_t reads = 0;
  for (std::size_t size = 0; size < text.size(); ++reads) {
    size += pair.receive(pair.far, pair.far_end, 5000).size();
  }
  EXPECT_GT(reads, 2u);
}

TEST(StreamSocket, lends_pooled_memory_only_when_bytes_are_there) {
  SimPair pair;
  pair.connect_both();
  Op op = testing::receive_op(pair.far_end, {});
  EXPECT_FALSE(pair.far.submit(op));
  EXPECT_EQ(op.data, nullptr);
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "pooled"), 0);
  pair.pass(1s);
  ASSERT_EQ(pair.far.next(), &op);
  Chunk chunk(*op.pool, op.data, static_cast<std::size_t>(op.result));
  EXPECT_EQ(chunk.text(), "pooled");
}

TEST(StreamSocket, poll_tells_when_it_can_be_read_or_written) {
  SimPair pair;
  pair.connect_both();
  Op writing = testing::op_on(Kind::poll, pair.near_end);
  writing.for_writing = true;
  EXPECT_EQ(pair.answer(pair.near, writing), 0);
  Op reading = testing::op_on(Kind::poll, pair.far_end);
  EXPECT_FALSE(pair.far.submit(reading));
  EXPECT_EQ(pair.send(pair.near, pair.near_end, "x"), 0);
  pair.pass(1s);
  EXPECT_EQ(pair.far.next(), &reading);
}

}  // namespace
}  // namespace bowline::sim
