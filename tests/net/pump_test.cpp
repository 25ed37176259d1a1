#include "bowline/net/pump.h"

#include "bowline/net/pipe.h"
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

class PumpTest : public testing::VirtualLoopTest {
 protected:
  struct Scripted {
    ScriptedTransport* script;
    Stream stream;
  };
  Scripted scripted(std::deque<std::string> pieces, int end = 0, bool late = true) {
    auto transport = std::make_unique<ScriptedTransport>(loop_, std::move(pieces), end, late);
    ScriptedTransport* script = transport.get();
    return {script, Stream(std::move(transport))};
  }
};

Task<> pump_into(Stream& left, Stream& right, Pumped& pumped) {
  pumped = co_await pump(left, right);
}

TEST_F(PumpTest, carries_both_directions_to_their_ends_and_counts) {
  for (bool late : {false, true}) {
    Scripted left = scripted({"from ", "the left"}, 0, late);
    Scripted right = scripted({"from the right"}, 0, late);
    Pumped pumped;
    run(pump_into(left.stream, right.stream, pumped));
    EXPECT_EQ(left.script->written, "from the right");
    EXPECT_EQ(right.script->written, "from the left");
    EXPECT_EQ(pumped.forward, 13u);
    EXPECT_EQ(pumped.backward, 14u);
  }
}

// The client half-closes, and only then the answer comes.
TEST_F(PumpTest, passes_a_half_close_on_while_the_other_direction_goes_on) {
  auto client = [](Stream& stream, std::string& answer) -> Task<> {
    co_await stream.write_all("question");
    co_await stream.write_end();
    while (Chunk chunk = co_await stream.read_some()) answer += chunk.text();
  };
  auto server = [](Stream& stream) -> Task<> {
    std::string question;
    while (Chunk chunk = co_await stream.read_some()) question += chunk.text();
    co_await stream.write_all("answer to " + question);
    co_await stream.write_end();
  };
  auto body = [](Scope& scope, auto asking, auto answering, std::string* answer) -> Task<> {
    Context& context = co_await current_context();
    auto [near, left] = make_pipe(context.scheduler());
    auto [right, far] = make_pipe(context.scheduler());
    Scope both(context);
    both.start(asking(near, *answer));
    both.start(answering(far));
    Pumped pumped = co_await pump(left, right);
    EXPECT_EQ(pumped.forward, 8u);
    EXPECT_EQ(pumped.backward, 18u);
    co_await both.join();
    EXPECT_EQ(scope.count(), 1u);
  };
  std::string answer;
  run(with_scope(body, client, server, &answer));
  EXPECT_EQ(answer, "answer to question");
}

TEST_F(PumpTest, ends_both_directions_when_one_fails) {
  auto body = [](Stream& left, Stream& right) -> Task<> {
    Result<Pumped> pumped = co_await attempt(pump(left, right));
    EXPECT_TRUE(pumped.error().is(std::errc::connection_reset));
  };
  Scripted left = scripted({"some"}, -ECONNRESET);
  Scripted right = scripted({});
  right.script->wait_at_the_end();
  run(body(left.stream, right.stream));
  EXPECT_EQ(right.script->written, "some");
  EXPECT_EQ(right.script->cancelled, 1);
}

TEST_F(PumpTest, ends_when_the_other_side_can_not_be_written_to) {
  auto body = [](Stream& left, Stream& right) -> Task<> {
    Result<Pumped> pumped = co_await attempt(pump(left, right));
    EXPECT_TRUE(pumped.error().is(std::errc::broken_pipe));
  };
  Scripted left = scripted({"some"});
  Scripted right = scripted({});
  right.script->wait_at_the_end();
  right.script->write_result = -EPIPE;
  run(body(left.stream, right.stream));
}

TEST_F(PumpTest, can_be_given_a_deadline) {
  auto body = [](Stream& left, Stream& right) -> Task<> {
    Result<Pumped> pumped = co_await attempt(within(2s, pump(left, right)));
    EXPECT_TRUE(pumped.error().timed_out());
  };
  Scripted left = scripted({"some"});
  Scripted right = scripted({"thing"});
  left.script->wait_at_the_end();
  right.script->wait_at_the_end();
  Time begin = now();
  run(body(left.stream, right.stream));
  EXPECT_EQ(now() - begin, 2s);
  EXPECT_EQ(left.script->written, "thing");
  EXPECT_EQ(right.script->written, "some");
}

TEST_F(PumpTest, copies_one_direction_and_does_not_end_it) {
  auto body = [](Stream& from, Stream& to) -> Task<> {
    EXPECT_EQ(co_await copy(from, to), 6u);
    co_await to.write_all("!");
  };
  Scripted from = scripted({"abc", "def"});
  Scripted to = scripted({});
  run(body(from.stream, to.stream));
  EXPECT_EQ(to.script->written, "abcdef!");
}

// A side that does not read stops the other: no more than a chunk is in between.
TEST_F(PumpTest, slows_the_fast_side_to_the_slow_one) {
  auto writer = [](Stream& stream, int& written) -> Task<> {
    for (; written < 1000; ++written) co_await stream.write_all("a piece of text");
    co_await stream.write_end();
  };
  auto body = [](Scope& scope, auto writing, int* written) -> Task<> {
    Context& context = co_await current_context();
    auto [near, left] = make_pipe(context.scheduler());
    auto [right, far] = make_pipe(context.scheduler());
    Scope others(context);
    Pumped pumped;
    others.start(writing(near, *written));
    others.start(pump_into(left, right, pumped));
    for (int round = 0; round < 1000; ++round) co_await yield();
    EXPECT_LE(*written, 2);
    std::string received;
    co_await far.write_end();
    while (Chunk chunk = co_await far.read_some()) received += chunk.text();
    EXPECT_EQ(received.size(), 15'000u);
    co_await others.join();
    EXPECT_EQ(scope.count(), 1u);
  };
  int written = 0;
  run(with_scope(body, writer, &written));
}

}  // namespace
}  // namespace bowline
