#include "cli/bench_connection.h"

#include "bowline/net/pipe.h"
#include "bowline/services/echo.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gmock/gmock.h>
#include <functional>

namespace bowline::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class BenchConnections : public bowline::testing::LoopTest {
 protected:
  // A connection of `share` messages against a peer that does `service`.
  void connect(const std::function<Task<>(Stream)>& service, std::uint64_t share) {
    auto [mine, theirs] = make_pipe(loop_);
    client_ = std::make_unique<BenchConnection>(std::move(mine), plan_, tally_, 3, share);
    peer_ = std::move(theirs);
    service_ = service;
  }

  // Runs it and gives its failure, if any.
  std::string failure() {
    failure_.clear();
    run(with_scope(talk, this));
    return failure_;
  }
  std::string failure_with(const std::function<Task<>(Stream)>& service, std::uint64_t share) {
    connect(service, share);
    return failure();
  }

  static Task<> talk(Scope& scope, BenchConnections* test) {
    scope.start(test->serve());
    Result<void> ran = co_await attempt(test->client_->run());
    if (!ran) test->failure_ = ran.error().what();
    scope.cancel();
  }

  Task<> serve() { Result<void> served = co_await attempt(service_(std::move(peer_))); }

  BenchPlan plan_;
  BenchTally tally_;
  std::unique_ptr<BenchConnection> client_;
  Stream peer_;
  std::function<Task<>(Stream)> service_;
  std::string failure_;
};

Task<> flip_byte_100(Stream stream) {
  std::size_t seen = 0;
  while (Chunk chunk = co_await stream.read_some()) {
    if (seen <= 99 && seen + chunk.size() > 99) chunk.writable()[99 - seen] ^= std::byte(0xff);
    seen += chunk.size();
    co_await stream.write_all(chunk);
  }
}

Task<> say_too_much(Stream stream) {
  Chunk chunk = co_await stream.read_some();
  co_await stream.write_all(chunk);
  co_await stream.write_all("more");
  Result<Chunk> end = co_await attempt(stream.read_some());
}

Task<> answer_and_close(Stream stream) {
  Chunk chunk = co_await stream.read_some();
  co_await stream.write_all(chunk);
}

Task<> echo_by_bytes(Stream stream) {
  while (Chunk chunk = co_await stream.read_some()) {
    for (std::size_t at = 0; at < chunk.size(); ++at) {
      Bytes one = chunk.bytes().after(at).first(1);
      co_await stream.write_all(one);
    }
  }
}

TEST_F(BenchConnections, count_what_comes_back_right) {
  EXPECT_EQ(failure_with(serve_echo, 100), "");
  EXPECT_EQ(tally_.messages, 100u);
  EXPECT_EQ(tally_.answers, 100u);
  EXPECT_EQ(tally_.latency.count(), 100u);
}

TEST_F(BenchConnections, have_no_more_messages_under_way_than_the_depth) {
  plan_.depth = 16;
  plan_.size = 10000;
  EXPECT_EQ(failure_with(serve_echo, 100), "");
  EXPECT_EQ(tally_.messages, 100u);
}

TEST_F(BenchConnections, take_answers_however_they_are_cut) {
  plan_.depth = 3;
  EXPECT_EQ(failure_with(echo_by_bytes, 20), "");
  EXPECT_EQ(tally_.messages, 20u);
}

TEST_F(BenchConnections, with_nothing_to_do_end_at_once) {
  EXPECT_EQ(failure_with(serve_echo, 0), "");
  EXPECT_EQ(tally_.messages, 0u);
}

TEST_F(BenchConnections, say_which_byte_came_back_wrong) {
  std::string failure = failure_with(flip_byte_100, 10);
  EXPECT_THAT(failure, HasSubstr("connection 3: message 2: byte 36 of 64 came back as 0x"));
  EXPECT_THAT(failure, HasSubstr("(byte 100 of the stream)"));
  EXPECT_EQ(tally_.messages, 1u);
}

TEST_F(BenchConnections, notice_bytes_that_nobody_asked_for) {
  EXPECT_THAT(failure_with(say_too_much, 1), "");
  EXPECT_THAT(failure_with(say_too_much, 10),
              HasSubstr("4 bytes came that no message was sent for"));
}

TEST_F(BenchConnections, notice_that_the_peer_closed) {
  EXPECT_THAT(failure_with(answer_and_close, 10), HasSubstr("connection 3"));
}

TEST_F(BenchConnections, send_nothing_once_the_end_has_come) {
  plan_.end = Time();
  EXPECT_EQ(failure_with(serve_echo, 10), "");
  EXPECT_EQ(tally_.answers, 0u);
}

TEST_F(BenchConnections, do_not_count_what_is_answered_before_measuring) {
  plan_.measured_from = never;
  EXPECT_EQ(failure_with(serve_echo, 10), "");
  EXPECT_EQ(tally_.answers, 10u);
  EXPECT_EQ(tally_.messages, 0u);
  EXPECT_EQ(tally_.latency.count(), 0u);
}

TEST_F(BenchConnections, with_a_pace_charge_the_peer_from_when_a_message_was_due) {
  plan_.paced = true;
  connect(serve_echo, 5);
  client_->set_pace(network_.now() - 10s, 1s);
  EXPECT_EQ(failure(), "");
  EXPECT_GE(tally_.latency.min(), 6'000'000'000u);
  EXPECT_GE(tally_.latency.max(), 10'000'000'000u);
  EXPECT_LT(tally_.latency.min(), 7'000'000'000u);
}

TEST_F(BenchConnections, with_a_pace_tell_what_could_not_be_sent) {
  plan_.paced = true;
  plan_.end = network_.now();
  connect(serve_echo, 100);
  client_->set_pace(plan_.end - 4500ms, 1s);
  EXPECT_EQ(failure(), "");
  // As many as the depth went at the end, when they were due before it.
  EXPECT_EQ(client_->behind(plan_.end), 4u);
}

}  // namespace
}  // namespace bowline::cli
