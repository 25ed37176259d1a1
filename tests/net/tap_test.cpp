#include "bowline/net/tap.h"

#include "bowline/net/pipe.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/scripted_transport.h"

#include <gtest/gtest.h>

#include <string>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using testing::ScriptedTransport;

class TapTest : public testing::VirtualLoopTest {
 protected:
  // What a tap is on gives `pieces`.
  Stream tapped(std::deque<std::string> pieces, TapRates rates = {}, bool late = false) {
    auto script = std::make_unique<ScriptedTransport>(loop_, std::move(pieces), 0, late);
    script_ = script.get();
    return on(Stream(std::move(script)), rates);
  }
  Stream on(Stream stream, TapRates rates = {}) {
    Stream made = Tap::on(std::move(stream), loop_, total_, rates);
    tap_ = static_cast<Tap*>(&made.transport());
    return made;
  }
  static TapRates bytes_a_second(std::uint64_t rate) { return {TokenBucket(rate, 1s), {}}; }

  TrafficTotal total_;
  ScriptedTransport* script_ = nullptr;
  Tap* tap_ = nullptr;
};

Task<> echo(Stream& stream) {
  while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
}

TEST_F(TapTest, counts_what_comes_and_goes) {
  for (bool late : {false, true}) {
    total_ = {};
    Stream stream = tapped({"one", "three"}, {}, late);
    run(echo(stream));
    EXPECT_EQ(script_->written, "onethree");
    EXPECT_EQ(tap_->traffic().bytes_received, 8u);
    EXPECT_EQ(tap_->traffic().messages_received, 2u) << "the end is none";
    EXPECT_EQ(tap_->traffic().bytes_sent, 8u);
    EXPECT_EQ(tap_->traffic().messages_sent, 2u);
    EXPECT_EQ(total_.bytes_received, 8u);
    EXPECT_EQ(total_.messages_sent, 2u);
  }
}

TEST_F(TapTest, counts_what_was_read_before_it_was_there) {
  Stream plain(std::make_unique<ScriptedTransport>(loop_, std::deque<std::string>{"more"}));
  plain.put_back(Chunk::copy(std::string_view("ahead")));
  Stream stream = on(std::move(plain));
  auto body = [](Stream& from) -> Task<> {
    Chunk first = co_await from.read_some();
    EXPECT_EQ(first.text(), "ahead");
    Chunk second = co_await from.read_some();
    EXPECT_EQ(second.text(), "more");
  };
  run(body(stream));
  EXPECT_EQ(tap_->traffic().bytes_received, 9u);
  EXPECT_EQ(tap_->traffic().messages_received, 2u);
}

TEST_F(TapTest, counts_no_failures) {
  Stream stream = tapped({});
  script_->write_result = -EPIPE;
  auto body = [](Stream& to) -> Task<> {
    Result<void> written = co_await attempt(to.write_all("lost"));
    EXPECT_FALSE(written);
  };
  run(body(stream));
  EXPECT_EQ(tap_->traffic().messages_sent, 0u);
}

TEST_F(TapTest, measures_how_long_an_answer_takes_within_a_turn_of_the_loop_too) {
  Stream stream = tapped({"a", "b"});
  auto body = [](Stream& from, testing::VirtualBackend& backend) -> Task<> {
    Chunk chunk = co_await from.read_some();
    backend.clock += 3ms;
    co_await from.write_all(chunk);
    backend.clock += 1h;
    co_await from.write_all("this is no answer");
    chunk = co_await from.read_some();
    backend.clock += 20us;
    co_await from.write_all(chunk);
  };
  run(body(stream, backend()));
  EXPECT_EQ(total_.answers.sum, 3020us);
  EXPECT_EQ(total_.answers.counts[1], 1u);
  EXPECT_EQ(tap_->last_use(), now());
}

// Reads all there is, and when it came.
Task<> read_all(Stream& stream, testing::VirtualBackend& backend, std::vector<Duration>& when) {
  Time begin = backend.now();
  while (Chunk chunk = co_await stream.read_some()) when.push_back(backend.now() - begin);
}

TEST_F(TapTest, reads_no_more_than_so_many_bytes_in_a_second) {
  Stream stream = tapped({std::string(60, 'x'), std::string(40, 'x'), std::string(250, 'x'), "x"},
                         bytes_a_second(100));
  std::vector<Duration> when;
  run(read_all(stream, backend(), when));
  ASSERT_EQ(when.size(), 4u);
  EXPECT_EQ(when[1], 0s) << "a second's worth may come at once";
  EXPECT_EQ(when[2], 10ms) << "then one byte is enough to go on";
  EXPECT_EQ(when[3], 2510ms) << "what is large is paid for afterwards";
}

TEST_F(TapTest, reads_no_more_than_so_many_messages_in_a_second) {
  Stream stream = tapped({"1", "2", "3", "4"}, {{}, TokenBucket(2, 1s)});
  std::vector<Duration> when;
  run(read_all(stream, backend(), when));
  EXPECT_EQ(when, (std::vector<Duration>{0s, 0s, 500ms, 1s}));
}

TEST_F(TapTest, lets_a_read_that_has_to_wait_for_its_turn_be_cancelled) {
  Stream stream = tapped({std::string(300, 'x'), "rest"}, bytes_a_second(100));
  auto body = [](Stream& from, testing::VirtualBackend& backend,
                 ScriptedTransport& script) -> Task<> {
    Time begin = backend.now();
    Chunk first = co_await from.read_some();
    int submitted = script.submitted;
    Result<Chunk> early = co_await attempt(within(100ms, from.read_some()));
    EXPECT_TRUE(!early && early.error().timed_out());
    EXPECT_EQ(backend.now() - begin, 100ms);
    EXPECT_EQ(script.submitted, submitted) << "below nothing was asked";
    Chunk rest = co_await from.read_some();
    EXPECT_EQ(rest.text(), "rest");
    EXPECT_EQ(backend.now() - begin, 2010ms);
  };
  run(body(stream, backend(), *script_));
}

// The turn of what is held and its cancelling come in one turn of the loop.
TEST_F(TapTest, answers_once_when_the_turn_and_the_cancelling_come_together) {
  for (Duration limit : {2009ms, 2010ms, 2011ms}) {
    Stream stream = tapped({std::string(300, 'x'), "rest"}, bytes_a_second(100));
    auto body = [](Stream& from, Duration within_limit) -> Task<> {
      Chunk first = co_await from.read_some();
      Result<Chunk> chunk = co_await attempt(within(within_limit, from.read_some()));
      std::string got = chunk ? std::string(chunk->text()) : "";
      if (!chunk) {
        EXPECT_TRUE(chunk.error().timed_out());
        Chunk rest = co_await from.read_some();
        got = rest.text();
      }
      EXPECT_EQ(got, "rest");
    };
    run(body(stream, limit));
  }
}

TEST_F(TapTest, holds_nobody_back_who_is_told_to_end) {
  auto [left, right] = make_pipe(loop_);
  Stream stream = on(std::move(left), bytes_a_second(1));
  auto write = [](Stream& to) -> Task<> {
    co_await to.write_all("a minute's worth");
    co_await to.write_all("and more");
  };
  auto body = [](Scope& scope, auto writing, Stream* from, Stream* to, Tap* tap,
                 testing::VirtualBackend* backend) -> Task<> {
    Time begin = backend->now();
    scope.start(writing(*to));
    Chunk chunk = co_await from->read_some();
    auto end_later = [](Tap* at) -> Task<> {
      co_await sleep(1s);
      EXPECT_TRUE(at->take_activity()) << "who waits for its turn is not silent";
      at->end_input("over");
    };
    scope.start(end_later(tap));
    chunk = co_await from->read_some();
    EXPECT_EQ(chunk.text(), "and more");
    EXPECT_EQ(backend->now() - begin, 1s);
    chunk = co_await from->read_some();
    EXPECT_TRUE(chunk.empty());
  };
  run(with_scope(body, write, &stream, &right, tap_, &backend()));
}

TEST_F(TapTest, shows_what_passes_to_who_traces_it) {
  std::string shown;
  auto note = [&shown](const TraceEvent& event) {
    shown += "[" + std::to_string(static_cast<int>(event.kind)) + " " +
             std::string(event.bytes.text()) + "]";
    EXPECT_EQ(event.connection, 7u);
  };
  {
    Stream stream = tapped({"before", "in", "out"});
    auto body = [](Stream& from, Tap& tap, Tracer tracer) -> Task<> {
      Chunk chunk = co_await from.read_some();
      tap.trace(7, tracer);
      EXPECT_TRUE(tap.is_traced());
      chunk = co_await from.read_some();
      co_await from.write_all("answer");
      tap.trace(7, {});
      chunk = co_await from.read_some();
      tap.trace(7, tracer);
      chunk = co_await from.read_some();
      co_await from.write_end();
    };
    run(body(stream, *tap_, note));
  }
  EXPECT_EQ(shown, "[0 in][2 answer][1 ][3 ][4 ]");
}

TEST_F(TapTest, goes_on_when_what_it_counts_for_has_gone) {
  Stream stream = tapped({"one", "two"});
  tap_->trace(1, [](const TraceEvent&) { ADD_FAILURE() << "nobody traces it any more"; });
  tap_->leave();
  run(echo(stream));
  EXPECT_EQ(tap_->traffic().bytes_received, 6u);
  EXPECT_EQ(total_.bytes_received, 0u);
}

}  // namespace
}  // namespace bowline
