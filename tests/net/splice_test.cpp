#include "bowline/net/splice.h"

#include "bowline/loop/loop.h"
#include "bowline/net/network.h"
#include "bowline/net/pipe.h"
#include "bowline/net/tap.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/deadline.h"

#include <gtest/gtest.h>

#include <string>

namespace bowline {
namespace {

using namespace std::chrono_literals;

struct Ends {
  Stream near;
  Stream far;
};

// A sender, the two ends where it is passed on, and a receiver.
struct Way {
  Ends left;
  Ends right;
  std::uint64_t moved = 0;
  std::string received;
};

Task<> connect_ends(Network network, Ends* ends) {
  Listener listener = network.listen(Address::ipv4(0x7f000001, 0));
  ends->near = co_await network.connect(listener.local_address());
  ends->far = co_await listener.accept();
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t index = 0; index < size; ++index) {
    text[index] = static_cast<char>(index * 31 + index / 251);
  }
  return text;
}

Task<> send(Stream* stream, const std::string* text) {
  co_await stream->write_all(*text);
  co_await stream->write_end();
}

Task<> receive(Stream* stream, std::string* text, Duration pause) {
  while (Chunk chunk = co_await stream->read_some()) {
    *text += chunk.text();
    if (pause > Duration()) co_await sleep(pause);
  }
}

// What a relay does: a read, and all that can be spliced.
Task<> carry(Stream* from, Stream* to, std::uint64_t* moved) {
  while (Chunk chunk = co_await from->read_some()) {
    co_await to->write_all(chunk);
    chunk = Chunk();
    co_await splice(*from, *to, *moved);
  }
  co_await to->write_end();
}

Task<> pass_all(Scope& scope, Way* way, const std::string* text, Duration pause) {
  scope.start(send(&way->left.near, text));
  scope.start(carry(&way->left.far, &way->right.near, &way->moved));
  scope.start(receive(&way->right.far, &way->received, pause));
  co_return;
}

class SpliceStreams : public ::testing::TestWithParam<std::string> {
 protected:
  void run(Task<> main) { loop_.run(std::move(main)); }
  void connect_both() {
    run(connect_ends(network_, &way_.left));
    run(connect_ends(network_, &way_.right));
  }

  testing::Deadline deadline_;
  Loop loop_{make_backend(GetParam())};
  Network network_{loop_};
  Way way_;
};

TEST_P(SpliceStreams, all_bytes_arrive_most_of_them_without_being_read) {
  connect_both();
  std::string text = pattern(20'000'000);
  run(with_scope(pass_all, &way_, &text, Duration()));
  EXPECT_TRUE(way_.received == text);
  EXPECT_GT(way_.moved, text.size() / 2);
}

TEST_P(SpliceStreams, a_slow_receiver_gets_them_all) {
  connect_both();
  way_.right.near.set_option(Option::send_buffer_size, 4096);
  way_.right.far.set_option(Option::receive_buffer_size, 4096);
  std::string text = pattern(300'000);
  run(with_scope(pass_all, &way_, &text, Duration(1ms)));
  EXPECT_TRUE(way_.received == text);
}

TEST_P(SpliceStreams, does_not_wait_while_nothing_is_there) {
  connect_both();
  run(splice(way_.left.far, way_.right.near, way_.moved));
  EXPECT_EQ(way_.moved, 0u);
}

Task<> send_quietly(Stream* stream, const std::string* text) {
  Result<void> sent = co_await attempt(send(stream, text));
}

Task<> carry_for_a_while(Scope& scope, Way* way, const std::string* text) {
  scope.start(send_quietly(&way->left.near, text));
  Task<> carrying = carry(&way->left.far, &way->right.near, &way->moved);
  Result<void> carried = co_await attempt(within(200ms, std::move(carrying)));
  EXPECT_FALSE(carried);
  EXPECT_TRUE(carried.error().timed_out());
  scope.cancel();
}

TEST_P(SpliceStreams, can_be_cancelled_while_the_receiver_takes_nothing) {
  connect_both();
  std::string text = pattern(40'000'000);
  run(with_scope(carry_for_a_while, &way_, &text));
  EXPECT_GT(way_.moved, 0u);
}

Task<> splice_pipes(Loop* loop, Stream* socket, std::uint64_t* moved) {
  auto [one, other] = make_pipe(*loop);
  co_await splice(one, *socket, *moved);
  co_await splice(*socket, one, *moved);
}

TEST_P(SpliceStreams, is_counted_by_taps_and_leaves_all_to_those_that_trace) {
  TrafficTotal total;
  connect_both();
  way_.left.far = Tap::on(std::move(way_.left.far), loop_, total, {});
  way_.right.near = Tap::on(std::move(way_.right.near), loop_, total, {});
  std::string text = pattern(3'000'000);
  run(with_scope(pass_all, &way_, &text, Duration()));
  EXPECT_TRUE(way_.received == text);
  EXPECT_GT(way_.moved, 0u);
  EXPECT_EQ(total.bytes_received, text.size());
  EXPECT_EQ(total.bytes_sent, text.size());
  std::size_t shown = 0;
  connect_both();
  way_.left.far = Tap::on(std::move(way_.left.far), loop_, total, {});
  static_cast<Tap&>(way_.left.far.transport()).trace(1, [&](const TraceEvent& event) {
    shown += event.bytes.size();
  });
  way_.moved = 0;
  way_.received.clear();
  run(with_scope(pass_all, &way_, &text, Duration()));
  EXPECT_TRUE(way_.received == text);
  EXPECT_EQ(way_.moved, 0u);
  EXPECT_EQ(shown, text.size());
}

TEST_P(SpliceStreams, does_nothing_where_a_stream_is_no_socket) {
  connect_both();
  run(splice_pipes(&loop_, &way_.left.far, &way_.moved));
  EXPECT_EQ(way_.moved, 0u);
}

INSTANTIATE_TEST_SUITE_P(Backends, SpliceStreams, ::testing::Values("epoll", "io_uring"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace bowline
