#include "bowline/net/transport.h"

#include "bowline/net/stream.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/scripted_transport.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using testing::ScriptedTransport;

// How the awaiting of an Op goes, with a transport that answers as the test says.
class TransportTest : public testing::VirtualLoopTest {
 protected:
  Stream stream_over(std::deque<std::string> pieces, bool late = false) {
    auto transport = std::make_unique<ScriptedTransport>(loop_, std::move(pieces), 0, late);
    script_ = transport.get();
    return Stream(std::move(transport));
  }

  ScriptedTransport* script_ = nullptr;
};

TEST_F(TransportTest, answers_an_op_at_once_without_a_turn_of_the_loop) {
  auto body = [](Stream& stream, testing::VirtualBackend& backend) -> Task<> {
    std::size_t waits = backend.waits;
    Chunk chunk = co_await stream.read_some();
    EXPECT_EQ(chunk.text(), "abc");
    EXPECT_EQ(backend.waits, waits);
  };
  Stream stream = stream_over({"abc"});
  run(body(stream, backend()));
}

TEST_F(TransportTest, answers_an_op_later_through_the_loop) {
  auto body = [](Stream& stream) -> Task<> {
    Chunk chunk = co_await stream.read_some();
    EXPECT_EQ(chunk.text(), "abc");
    co_await stream.write_all("def");
    co_await stream.write_end();
    EXPECT_TRUE((co_await stream.read_some()).empty());
  };
  Stream stream = stream_over({"abc"}, true);
  run(body(stream));
  EXPECT_EQ(script_->written, "def");
  EXPECT_EQ(script_->submitted, 4);
}

TEST_F(TransportTest, is_not_asked_for_anything_by_a_line_that_is_cancelled) {
  auto body = [](Stream& stream) -> Task<> {
    (co_await current_context()).cancel();
    Result<Chunk> chunk = co_await attempt(stream.read_some());
    EXPECT_TRUE(chunk.error().cancelled());
    Result<void> written = co_await attempt(stream.write_all("x"));
    EXPECT_TRUE(written.error().cancelled());
    Result<void> ended = co_await attempt(stream.write_end());
    EXPECT_TRUE(ended.error().cancelled());
  };
  Stream stream = stream_over({"abc"});
  run(body(stream));
  EXPECT_EQ(script_->submitted, 0);
}

TEST_F(TransportTest, is_asked_once_to_end_an_op_and_its_answer_ends_the_wait) {
  auto body = [](Stream& stream) -> Task<> {
    Result<Chunk> chunk = co_await attempt(stream.read_some());
    EXPECT_TRUE(chunk.error().timed_out());
    EXPECT_STREQ(chunk.error().what(), "read from script:: timed out after 3 s");
  };
  Stream stream = stream_over({});
  script_->wait_at_the_end();
  Time begin = now();
  run(within(5s, within(3s, body(stream))));
  EXPECT_EQ(now() - begin, 3s);
  EXPECT_EQ(script_->cancelled, 1);
}

TEST_F(TransportTest, is_not_asked_to_end_what_it_has_answered) {
  auto body = [](Stream& stream) -> Task<> {
    Context& context = co_await current_context();
    Chunk chunk = co_await stream.read_some();
    EXPECT_EQ(chunk.text(), "abc");
    context.cancel();
  };
  Stream stream = stream_over({"abc"});
  run(body(stream));
  EXPECT_EQ(script_->cancelled, 0);
}

// A peer that is always ready may not keep everybody else waiting.
TEST_F(TransportTest, lets_others_run_between_the_answers_of_a_busy_line) {
  auto busy = [](Stream& stream, int& count, bool& stop) -> Task<> {
    for (; !stop; ++count) co_await stream.write_all("x");
  };
  auto body = [](Scope& scope, auto writing, Stream* stream, int* count) -> Task<> {
    bool stop = false;
    scope.start(writing(*stream, *count, stop));
    for (int round = 0; round < 100; ++round) {
      int before = *count;
      co_await yield();
      EXPECT_LE(*count - before, 100) << "answers in one turn";
    }
    EXPECT_GT(*count, 100);
    stop = true;
    co_await yield();
    co_await yield();
  };
  int count = 0;
  Stream stream = stream_over({});
  run(with_scope(body, busy, &stream, &count));
}

TEST_F(TransportTest, answers_a_million_ops_at_once_on_a_flat_stack) {
  auto body = [](Stream& stream, int& count) -> Task<> {
    for (; count < 1'000'000; ++count) co_await stream.write_all("");
    for (count = 0; count < 1'000'000; ++count) co_await stream.write_end();
  };
  int count = 0;
  Stream stream = stream_over({});
  run(body(stream, count));
  EXPECT_EQ(count, 1'000'000);
}

}  // namespace
}  // namespace bowline
