#include "tests/conformance/script.h"

namespace bowline::conformance {
namespace {

class Cancel : public Conformance {};

INSTANTIATE_TEST_SUITE_P(Over, Cancel, ::testing::ValuesIn(settings()), setting_name);

enum class Outcome { done, cancelled, timed_out, failed };

struct Round {
  Outcome outcome = Outcome::done;
  int steps = 0;
};

void note_outcome(const Result<void>& result, Round& round) {
  if (result) return;
  round.outcome = result.error().cancelled()   ? Outcome::cancelled
                  : result.error().timed_out() ? Outcome::timed_out
                                               : Outcome::failed;
  if (round.outcome == Outcome::failed) ADD_FAILURE() << result.error().what();
}

// The conversation in a scope of its own, which the script can cancel.
Task<> in_scope(Scope& scope, Scope** inner, const Setting* setting, Network network,
                Script* script) {
  *inner = &scope;
  scope.start(converse(*setting, network, script));
  co_return;
}

Task<> converse_cancellably(Scope& beside, const Setting* setting, Network network, Script* script,
                            Scope** inner, Round* round) {
  script->beside = &beside;
  Result<void> result = co_await attempt(with_scope(in_scope, inner, setting, network, script));
  *inner = nullptr;
  note_outcome(result, *round);
}

// Cancels the conversation at step `at`, or `turns` turns later.
Round cancel_at(const Setting& setting, int at, int turns) {
  Round round;
  World world(setting);
  Scope* inner = nullptr;
  Script script(at, turns, [&] {
    if (inner) inner->cancel();
  });
  world.loop().run(
      with_scope(converse_cancellably, &setting, world.network(), &script, &inner, &round));
  EXPECT_EQ(world.backend().under_way(), 0u);
  round.steps = script.count();
  return round;
}

TEST_P(Cancel, at_every_await_ends_the_conversation_and_leaves_nothing_behind) {
  Round whole = cancel_at(setting(), 0, 0);
  EXPECT_EQ(whole.outcome, Outcome::done);
  ASSERT_GT(whole.steps, 20);
  int cancelled = 0;
  for (int turns : {0, 1, 2, 3, 5}) {
    for (int at = 1; at <= whole.steps; ++at) {
      SCOPED_TRACE("at step " + std::to_string(at) + " and " + std::to_string(turns) + " turns");
      Round round = cancel_at(setting(), at, turns);
      EXPECT_NE(round.outcome, Outcome::timed_out);
      cancelled += round.outcome == Outcome::cancelled;
      ASSERT_EQ(testing::open_file_count(), files_ + open_in_world_);
    }
  }
  EXPECT_GT(cancelled, whole.steps);
}

Task<> converse_in_time(Scope& beside, const Setting* setting, Network network, Script* script,
                        Round* round) {
  script->beside = &beside;
  Result<void> result = co_await attempt(within(10h, converse(*setting, network, script)));
  note_outcome(result, *round);
}

// Lets the deadline of the conversation pass at step `at`, or `turns` turns later.
Round time_out_at(const Setting& setting, int at, int turns) {
  Round round;
  World world(setting);
  Script script(at, turns, [&] { world.backend().advance(10h); });
  world.loop().run(with_scope(converse_in_time, &setting, world.network(), &script, &round));
  EXPECT_EQ(world.backend().under_way(), 0u);
  round.steps = script.count();
  return round;
}

TEST_P(Cancel, by_a_deadline_at_every_await_leaves_nothing_behind) {
  Round whole = time_out_at(setting(), 0, 0);
  EXPECT_EQ(whole.outcome, Outcome::done);
  int timed_out = 0;
  for (int turns : {0, 1, 2, 3, 5}) {
    for (int at = 1; at <= whole.steps; ++at) {
      SCOPED_TRACE("at step " + std::to_string(at) + " and " + std::to_string(turns) + " turns");
      Round round = time_out_at(setting(), at, turns);
      EXPECT_NE(round.outcome, Outcome::cancelled);
      timed_out += round.outcome == Outcome::timed_out;
      ASSERT_EQ(testing::open_file_count(), files_ + open_in_world_);
    }
  }
  EXPECT_GT(timed_out, whole.steps);
}

TEST_P(Cancel, of_a_read_loses_no_byte) {
  auto body = [](Scope& scope, Stream* left, Stream* right) -> Task<> {
    auto write_all_later = [](Stream& stream, const std::string& text) -> Task<> {
      for (char byte : text) {
        co_await stream.write_all(bowline::Bytes(&byte, 1));
        co_await yield();
      }
      co_await stream.write_end();
    };
    std::string text = pattern(2000);
    scope.start(write_all_later(*left, text));
    std::string received;
    int timeouts = 0;
    for (;;) {
      Result<Chunk> chunk = co_await attempt(within(0s, right->read_some()));
      EXPECT_TRUE(chunk.ok() || chunk.error().timed_out());
      timeouts += !chunk;
      if (!chunk) continue;
      if (chunk->empty()) break;
      received += chunk->text();
    }
    EXPECT_TRUE(received == text);
    EXPECT_GT(timeouts, 0);
  };
  auto linked = [](const Setting& how, Network network, auto inside) -> Task<> {
    Link link = co_await how.link(network);
    co_await with_scope(inside, &link.left, &link.right);
  };
  run(linked(setting(), world_->network(), body));
}

TEST_P(Cancel, of_an_exact_read_leaves_the_stream_usable) {
  run([](Stream& left, Stream& right) -> Task<> {
    std::string room(10, '\0');
    Result<void> read = co_await attempt(within(1ms, right.read_exactly(writable(room))));
    EXPECT_TRUE(!read && read.error().timed_out());
    auto both = [](Scope& scope, Stream* from, Stream* to) -> Task<> {
      scope.start(write(*from, "still here"));
      std::string text(10, '\0');
      co_await to->read_exactly(writable(text));
      EXPECT_EQ(text, "still here");
    };
    co_await with_scope(both, &left, &right);
  });
}

// One deadline over reading a request and writing the answer, however many operations that takes.
TEST_P(Cancel, by_one_deadline_covers_all_operations_of_a_task) {
  run([](Stream& left, Stream& right) -> Task<> {
    auto serve_one = [](Stream& stream) -> Task<> {
      co_await stream.read_line();
      co_await stream.write_all("answer\n");
      co_await stream.read_line();
    };
    auto ask = [](Scope& scope, auto serving, Stream* from, Stream* to) -> Task<> {
      scope.start(write(*from, "question\n"));
      Result<void> served = co_await attempt(within(5ms, serving(*to)));
      EXPECT_TRUE(!served && served.error().timed_out());
    };
    auto read_answer = [](Scope& scope, auto asking, auto serving, Stream* from,
                          Stream* to) -> Task<> {
      scope.start(with_scope(asking, serving, from, to));
      std::optional<std::string_view> line = co_await from->read_line();
      EXPECT_EQ(*line, "answer");
    };
    co_await with_scope(read_answer, ask, serve_one, &left, &right);
  });
}

// The inner deadline is the shorter one, then the outer.
TEST_P(Cancel, by_a_deadline_within_a_deadline_tells_which_it_was) {
  run([](Stream& left, Stream&) -> Task<> {
    auto read_twice = [](Stream& stream, std::string& texts) -> Task<> {
      Result<Chunk> first = co_await attempt(within(1ms, stream.read_some()));
      texts = first.error().what();
      Result<Chunk> second = co_await attempt(within(1h, stream.read_some()));
      texts += second.error().what();
    };
    std::string texts;
    Result<void> read = co_await attempt(within(20ms, read_twice(left, texts)));
    EXPECT_TRUE(read.ok()) << "no wait was left to be ended";
    std::string action = "read from " + left.peer_url();
    EXPECT_EQ(texts, action + ": timed out after 1 ms" + action + ": timed out after 20 ms");
  });
}

}  // namespace
}  // namespace bowline::conformance
