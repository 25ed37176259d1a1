#include "bowline/net/layer.h"

#include "tests/net/line_layer.h"

namespace bowline {
namespace {

TEST_F(LayerTest, turns_what_comes_and_goes_however_it_is_cut) {
  for (bool late : {false, true}) {
    Stream stream = layered({"o", "ne\nt", "wo\n", "\nhalf"}, 0, late);
    auto body = [](Stream* lines, std::string* got) -> Task<> {
      while (Chunk chunk = co_await lines->read_some()) {
        *got += "[" + std::string(chunk.text()) + "]";
        co_await lines->write_all(chunk);
      }
    };
    std::string got;
    run(body(&stream, &got));
    EXPECT_EQ(got, "[one][two]") << "an empty line is an end here";
    EXPECT_EQ(script_->written, "one\ntwo\n");
  }
}

TEST_F(LayerTest, sends_answers_to_what_came_together_in_one_write) {
  Stream stream = layered({"a\nb\nc\n"});
  auto body = [](Stream* lines) -> Task<> {
    while (Chunk chunk = co_await lines->read_some()) co_await lines->write_all(chunk);
  };
  run(body(&stream));
  EXPECT_EQ(script_->written, "a\nb\nc\n");
  EXPECT_EQ(script_->submitted, 3) << "a read, a write, and the read that gave the end";
}

TEST_F(LayerTest, sends_its_own_answer_though_the_reader_is_busy) {
  Stream stream = layered({"?\nwork\n"});
  auto body = [](Stream* lines, ScriptedTransport* script) -> Task<> {
    Chunk work = co_await lines->read_some();
    EXPECT_EQ(work.text(), "work");
    co_await sleep(1h);
    EXPECT_EQ(script->written, "!\n");
  };
  run(body(&stream, script_));
}

TEST_F(LayerTest, gives_the_error_from_below_to_who_reads) {
  Stream stream = layered({"one\n"}, -ECONNRESET);
  auto body = [](Stream* lines) -> Task<> {
    Chunk chunk = co_await lines->read_some();
    EXPECT_EQ(chunk.text(), "one");
    Result<Chunk> more = co_await attempt(lines->read_some());
    EXPECT_TRUE(!more && more.error().is(std::errc::connection_reset));
  };
  run(body(&stream));
}

TEST_F(LayerTest, gives_an_error_of_writing_to_this_write_or_the_next) {
  for (bool late : {false, true}) {
    Stream stream = layered({}, 0, late);
    script_->write_result = -EPIPE;
    auto body = [](Stream* lines) -> Task<> {
      for (int round = 0; round < 2; ++round) {
        Result<void> written = co_await attempt(lines->write_all("x"));
        EXPECT_TRUE(!written && written.error().is(std::errc::broken_pipe));
      }
    };
    run(body(&stream));
  }
}

TEST_F(LayerTest, may_refuse_a_write_and_take_the_next) {
  Stream stream = layered({});
  layer_->write_result = -EPIPE;
  auto body = [](Stream* lines, LineLayer* layer) -> Task<> {
    Result<void> written = co_await attempt(lines->write_all("x"));
    EXPECT_FALSE(written.ok());
    layer->write_result = 0;
    co_await lines->write_all("y");
  };
  run(body(&stream, layer_));
  EXPECT_EQ(script_->written, "y\n");
}

TEST_F(LayerTest, wakes_who_reads_without_anything_from_below) {
  Stream stream = layered({});
  script_->wait_at_the_end();
  auto wake_later = [](LineLayer* layer) -> Task<> {
    co_await sleep(1s);
    EXPECT_TRUE(layer->reader_waits());
    layer->woken = true;
    layer->wake_reader();
  };
  auto body = [](Scope& scope, auto waking, Stream* lines, LineLayer* layer) -> Task<> {
    scope.start(waking(layer));
    Chunk chunk = co_await lines->read_some();
    EXPECT_EQ(chunk.text(), "woken");
    EXPECT_FALSE(layer->reader_waits());
    layer->wake_reader();  // nobody waits
    Result<Chunk> more = co_await attempt(within(1s, lines->read_some()));
    EXPECT_TRUE(!more && more.error().timed_out());
  };
  run(with_scope(body, wake_later, &stream, layer_));
}

TEST_F(LayerTest, ends_a_cancelled_read_though_it_is_woken_as_well) {
  Stream stream = layered({});
  script_->wait_at_the_end();
  auto body = [](Stream* lines, LineLayer* layer) -> Task<> {
    auto reading = [](Scope& scope, Stream* from, LineLayer* of) -> Task<> {
      auto read = [](Stream* at) -> Task<> { co_await at->read_some(); };
      scope.start(read(from));
      co_await yield();
      scope.cancel();
      of->wake_reader();
    };
    Result<void> read = co_await attempt(with_scope(reading, lines, layer));
    EXPECT_TRUE(!read && read.error().cancelled());
  };
  run(body(&stream, layer_));
}

// The answer from below is there already when the cancelling comes, and is not enough.
TEST_F(LayerTest, ends_a_cancelled_read_that_would_have_to_wait_once_more) {
  Stream stream = layered({"half a line"}, 0, true);
  script_->wait_at_the_end();
  auto body = [](Stream* lines, ScriptedTransport* script) -> Task<> {
    auto reading = [](Scope& scope, Stream* from) -> Task<> {
      auto read = [](Stream* at) -> Task<> { co_await at->read_some(); };
      scope.start(read(from));
      co_await yield();
      scope.cancel();
    };
    Result<void> read = co_await attempt(with_scope(reading, lines));
    EXPECT_TRUE(!read && read.error().cancelled());
    script->add(" and the rest\n");
    Chunk line = co_await lines->read_some();
    EXPECT_EQ(line.text(), "half a line and the rest") << "nothing was lost";
  };
  run(body(&stream, script_));
}

TEST_F(LayerPipeTest, waits_with_a_write_while_the_one_before_is_under_way) {
  auto body = [](Scope& scope, Stream* left, Stream* right) -> Task<> {
    auto write = [](Stream* stream, int* count) -> Task<> {
      for (; *count < 5; ++*count) co_await stream->write_all("line");
    };
    int count = 0;
    scope.start(write(left, &count));
    for (int turn = 0; turn < 20; ++turn) co_await yield();
    EXPECT_EQ(count, 0);
    std::string got(25, '\0');
    co_await right->read_exactly(writable(got));
    EXPECT_EQ(got, "line\nline\nline\nline\nline\n");
    while (count < 5) co_await yield();
  };
  run_and_close(body);
}

TEST_F(LayerPipeTest, gives_up_a_write_at_its_deadline_and_takes_another) {
  auto body = [](Scope& scope, Stream* left, Stream* right) -> Task<> {
    Result<void> written = co_await attempt(within(1s, left->write_all("late")));
    EXPECT_TRUE(!written && written.error().timed_out());
    written = co_await attempt(within(1s, left->write_all("never taken")));
    EXPECT_TRUE(!written && written.error().timed_out());
    auto write = [](Stream* stream) -> Task<> { co_await stream->write_all("next"); };
    scope.start(write(left));
    std::string got(10, '\0');
    co_await right->read_exactly(writable(got));
    EXPECT_EQ(got, "late\nnext\n") << "what was taken is sent whole, the rest not at all";
  };
  run_and_close(body);
}

TEST_F(LayerPipeTest, reads_no_more_from_a_peer_that_does_not_take_its_answers) {
  auto body = [](Scope& scope, Stream* left, Stream* right) -> Task<> {
    auto read = [](Stream* stream) -> Task<> {
      Result<Chunk> chunk = co_await attempt(stream->read_some());
      EXPECT_TRUE(chunk.ok() && chunk->text() == "through");
    };
    scope.start(read(left));
    std::string questions;
    for (int count = 0; count < 1000; ++count) questions += "?\n";
    int rounds = 0;
    for (; rounds < 1000; ++rounds) {
      Result<void> sent = co_await attempt(within(1s, right->write_all(questions)));
      if (!sent) break;
    }
    EXPECT_LT(rounds, 20) << "answers pile up";
    std::size_t answers = 0;
    while (answers < 2000u * static_cast<unsigned>(rounds)) {
      Chunk chunk = co_await right->read_some();
      answers += chunk.size();
    }
    co_await right->write_all("through\n");
  };
  run_and_close(body);
}

TEST_F(LayerPipeTest, cancels_a_read_that_is_held_for_answers_not_taken) {
  auto body = [](Scope& scope, Stream* left, Stream* right) -> Task<> {
    auto ask = [](Stream* stream) -> Task<> {
      std::string questions(1 << 20, '?');
      for (std::size_t at = 1; at < questions.size(); at += 2) questions[at] = '\n';
      Result<void> sent = co_await attempt(within(2s, stream->write_all(questions)));
    };
    scope.start(ask(right));
    Result<Chunk> chunk = co_await attempt(within(1s, left->read_some()));
    EXPECT_TRUE(!chunk && chunk.error().timed_out());
  };
  run_and_close(body);
}

}  // namespace
}  // namespace bowline
