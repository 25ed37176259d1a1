#include "bowline/net/pipe.h"

#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

#include <string>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using PipeTest = testing::VirtualLoopTest;

Task<> write(Stream& stream, std::string text) {
  co_await stream.write_all(text);
}

Task<> read_to_the_end(Stream& stream, std::string& into) {
  while (Chunk chunk = co_await stream.read_some()) into += chunk.text();
}

TEST_F(PipeTest, carries_bytes_both_ways) {
  auto body = [](Scope& scope, Stream* left, Stream* right) -> Task<> {
    scope.start(write(*left, "to the right"));
    Chunk chunk = co_await right->read_some();
    EXPECT_EQ(chunk.text(), "to the right");
    scope.start(write(*right, "to the left"));
    chunk = co_await left->read_some();
    EXPECT_EQ(chunk.text(), "to the left");
  };
  auto [left, right] = make_pipe(loop_);
  run(with_scope(body, &left, &right));
}

TEST_F(PipeTest, keeps_nothing_in_between_so_a_write_waits_for_its_reader) {
  auto writer = [](Stream& stream, bool& written) -> Task<> {
    co_await stream.write_all("abc");
    written = true;
  };
  auto body = [](Scope& scope, auto writing, Stream* left, Stream* right) -> Task<> {
    bool written = false;
    scope.start(writing(*left, written));
    for (int round = 0; round < 10; ++round) co_await yield();
    EXPECT_FALSE(written);
    std::string two(2, '\0');
    EXPECT_EQ(co_await right->read_some(writable(two)), 2u);
    for (int round = 0; round < 10; ++round) co_await yield();
    EXPECT_FALSE(written);
    EXPECT_EQ(co_await right->read_some(writable(two)), 1u);
    for (int round = 0; round < 10; ++round) co_await yield();
    EXPECT_TRUE(written);
  };
  auto [left, right] = make_pipe(loop_);
  run(with_scope(body, writer, &left, &right));
}

TEST_F(PipeTest, gives_the_end_to_a_reader_when_the_other_end_has_gone) {
  auto body = [](Scope& scope, Stream* left, Stream* right) -> Task<> {
    std::string early;
    scope.start(read_to_the_end(*right, early));
    co_await left->write_all("last words");
    *left = Stream();
    co_await yield();
    co_await yield();
    EXPECT_EQ(early, "last words");
    EXPECT_TRUE((co_await right->read_some()).empty());
  };
  auto [left, right] = make_pipe(loop_);
  run(with_scope(body, &left, &right));
}

TEST_F(PipeTest, breaks_for_a_writer_when_the_other_end_has_gone) {
  auto waiting_writer = [](Stream& stream) -> Task<> {
    Result<void> written = co_await attempt(stream.write_all("nobody reads this"));
    EXPECT_TRUE(written.error().is(std::errc::broken_pipe));
  };
  auto body = [](Scope& scope, auto writing, Stream* left, Stream* right) -> Task<> {
    scope.start(writing(*left));
    co_await yield();
    *right = Stream();
    co_await yield();
    Result<void> written = co_await attempt(left->write_all("x"));
    EXPECT_TRUE(written.error().is(std::errc::broken_pipe));
  };
  auto [left, right] = make_pipe(loop_);
  run(with_scope(body, waiting_writer, &left, &right));
}

TEST_F(PipeTest, is_broken_for_who_has_ended_its_own_side) {
  auto body = [](Stream* left) -> Task<> {
    co_await left->write_end();
    co_await left->write_end();
    Result<void> written = co_await attempt(left->write_all("x"));
    EXPECT_TRUE(written.error().is(std::errc::broken_pipe));
  };
  auto [left, right] = make_pipe(loop_);
  run(body(&left));
}

TEST_F(PipeTest, half_closed_still_carries_the_answer) {
  auto body = [](Scope& scope, Stream* left, Stream* right) -> Task<> {
    co_await left->write_end();
    EXPECT_TRUE((co_await right->read_some()).empty());
    scope.start(write(*right, "answer"));
    Chunk chunk = co_await left->read_some();
    EXPECT_EQ(chunk.text(), "answer");
  };
  auto [left, right] = make_pipe(loop_);
  run(with_scope(body, &left, &right));
}

TEST_F(PipeTest, takes_a_write_that_was_cancelled_no_further) {
  auto body = [](Scope& scope, Stream* left, Stream* right) -> Task<> {
    Result<void> written = co_await attempt(within(1s, left->write_all("lost")));
    EXPECT_TRUE(written.error().timed_out());
    scope.start(write(*left, "next"));
    Chunk chunk = co_await right->read_some();
    EXPECT_EQ(chunk.text(), "next");
  };
  auto [left, right] = make_pipe(loop_);
  run(with_scope(body, &left, &right));
}

TEST_F(PipeTest, carries_a_big_write_in_pieces) {
  auto body = [](Scope& scope, Stream* left, Stream* right, std::string* text) -> Task<> {
    std::string received;
    scope.start(read_to_the_end(*right, received));
    co_await left->write_all(*text);
    co_await left->write_end();
    while (received.size() < text->size()) co_await yield();
    EXPECT_TRUE(received == *text);
  };
  std::string text(1'000'000, '\0');
  for (std::size_t index = 0; index < text.size(); ++index) text[index] = char(index % 251);
  auto [left, right] = make_pipe(loop_);
  run(with_scope(body, &left, &right, &text));
}

TEST_F(PipeTest, outlives_its_streams_in_any_order) {
  for (bool left_first : {true, false}) {
    auto [left, right] = make_pipe(loop_);
    (left_first ? left : right) = Stream();
    (left_first ? right : left) = Stream();
  }
}

TEST_F(PipeTest, plays_ping_pong_on_a_flat_stack) {
  auto back = [](Stream& stream) -> Task<> {
    std::byte ball;
    while (co_await stream.read_some(MutableBytes(&ball, 1)) > 0) {
      co_await stream.write_all(Bytes(&ball, 1));
    }
  };
  auto body = [](Scope& scope, auto returning, Stream* left, Stream* right, int rounds) -> Task<> {
    scope.start(returning(*right));
    std::byte ball{42};
    for (int round = 0; round < rounds; ++round) {
      co_await left->write_all(Bytes(&ball, 1));
      co_await left->read_exactly(MutableBytes(&ball, 1));
    }
    co_await left->write_end();
  };
  auto [left, right] = make_pipe(loop_);
  run(with_scope(body, back, &left, &right, 500'000));
}

TEST_F(PipeTest, has_no_address_and_no_credentials) {
  auto [left, right] = make_pipe(loop_);
  EXPECT_EQ(left.peer_url(), "pipe:");
  EXPECT_EQ(left.peer_address(), Address::unix_unnamed());
  EXPECT_EQ(left.local_address(), Address::unix_unnamed());
  EXPECT_THROW(left.peer_credentials(), Error);
}

}  // namespace
}  // namespace bowline
