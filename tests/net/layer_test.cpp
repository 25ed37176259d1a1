#include "bowline/net/layer.h"

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

// Lines in both directions: what is read is a line without its end, what is written becomes one.
// "?" is answered by the layer itself with "!", as pings are; "." is the goodbye.
class LineLayer final : public Layer {
 public:
  LineLayer(TransportPointer below, Scheduler& scheduler) : Layer(std::move(below), scheduler) {}
  ~LineLayer() override { ++closed_count; }

  std::string url() const override { return "lines:" + below().url(); }
  using Layer::flush;
  using Layer::reader_waits;
  using Layer::wake_reader;

  static int closed_count;
  bool waits_for_goodbye = false;
  bool woken = false;  // the next read gives "woken"
  int write_result = 0;

 private:
  void receive(Chunk chunk) override { input_ += chunk.text(); }
  void receive_end() override { ended_ = true; }
  bool has_input() const override { return input_.find('\n') != std::string::npos; }
  bool read(Op& op) override {
    op.result = 0;
    if (std::exchange(woken, false)) return give(op, "woken");
    for (std::size_t end; (end = input_.find('\n')) != std::string::npos;) {
      std::string line = input_.substr(0, end);
      input_.erase(0, end + 1);
      ended_ |= line == ".";
      if (line == "?") {
        output_.append(std::string_view("!\n"));
      } else if (line != "." && !lingering()) {
        return give(op, line);
      }
    }
    return ended_;
  }
  bool write(Op& op) override {
    if (write_result < 0) {
      op.result = write_result;
      return true;
    }
    output_.append(op.bytes());
    output_.append(std::string_view("\n"));
    op.sent(op.size);
    return true;
  }
  void write_end() override {
    if (!std::exchange(said_goodbye_, true)) output_.append(std::string_view(".\n"));
  }
  bool awaits_peer() const override { return waits_for_goodbye && !ended_; }
  BytesBuilder& output() override { return output_; }
  static bool give(Op& op, std::string_view text) {
    op.result = static_cast<int>(text.size());
    if (text.empty()) return true;
    auto [pool, memory] = Chunk::copy(text).release();
    op.received(*pool, memory);
    return true;
  }

  std::string input_;
  BytesBuilder output_;
  bool ended_ = false;
  bool said_goodbye_ = false;
};

int LineLayer::closed_count = 0;

class LayerTest : public testing::VirtualLoopTest {
 protected:
  LayerTest() { LineLayer::closed_count = 0; }

  // A layered stream over `script_`, which the layer then owns.
  Stream layered(std::deque<std::string> pieces, int end = 0, bool late = false) {
    auto script = std::make_unique<ScriptedTransport>(loop_, std::move(pieces), end, late);
    script_ = script.get();
    return on(TransportPointer(std::move(script)));
  }
  Stream on(TransportPointer below) {
    auto layer = std::make_unique<LineLayer>(std::move(below), loop_);
    layer_ = layer.get();
    return Stream(std::move(layer));
  }

  ScriptedTransport* script_ = nullptr;
  LineLayer* layer_ = nullptr;
};

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

// The other end of a pipe takes nothing by itself, so each write is under way until it is read.
class LayerPipeTest : public LayerTest {
 protected:
  LayerPipeTest() {
    auto [left, right] = make_pipe(loop_);
    left_ = on(left.release());
    right_ = std::move(right);
  }
  // The streams are closed while the loop still runs.
  template <class Body>
  void run_and_close(Body body) {
    auto whole = [](Body inside, Stream* left, Stream* right) -> Task<> {
      co_await with_scope(inside, left, right);
      *right = Stream();
      *left = Stream();
    };
    run(whole(body, &left_, &right_));
    EXPECT_EQ(LineLayer::closed_count, 1);
  }

  Stream left_;
  Stream right_;
};

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

TEST_F(LayerPipeTest, delivers_after_closing_what_was_not_taken_before) {
  auto body = [](Stream* left, Stream* right) -> Task<> {
    Result<void> written = co_await attempt(within(1s, left->write_all("last words")));
    *left = Stream();
    EXPECT_EQ(LineLayer::closed_count, 0);
    co_await sleep(4s);
    std::string all;
    while (Chunk chunk = co_await right->read_some()) all += chunk.text();
    EXPECT_EQ(all, "last words\n.\n");
  };
  run(body(&left_, &right_));
  EXPECT_EQ(LineLayer::closed_count, 1);
}

TEST_F(LayerPipeTest, gives_up_five_seconds_after_closing) {
  auto body = [](Stream* left, Stream* right) -> Task<> {
    *left = Stream();
    co_await sleep(4900ms);
    EXPECT_EQ(LineLayer::closed_count, 0);
    co_await sleep(200ms);
    EXPECT_EQ(LineLayer::closed_count, 1);
    EXPECT_TRUE((co_await right->read_some()).empty());
  };
  run(body(&left_, &right_));
}

TEST_F(LayerPipeTest, waits_for_the_peers_goodbye_after_closing_and_drops_the_rest) {
  layer_->waits_for_goodbye = true;
  auto body = [](Stream* left, Stream* right) -> Task<> {
    *left = Stream();
    std::string goodbye(2, '\0');
    co_await right->read_exactly(writable(goodbye));
    EXPECT_EQ(goodbye, ".\n");
    co_await right->write_all("dropped\n");
    co_await yield();
    EXPECT_EQ(LineLayer::closed_count, 0);
    co_await right->write_all(".\n");
    co_await sleep(1ms);
    EXPECT_EQ(LineLayer::closed_count, 1);
  };
  run(body(&left_, &right_));
}

TEST_F(LayerPipeTest, goes_at_once_when_the_loop_is_cancelled_while_it_lingers) {
  auto body = [](Loop* loop, Stream* left) -> Task<> {
    *left = Stream();
    co_await yield();
    loop->cancel();
  };
  Time begin = now();
  run(body(&loop_, &left_));
  EXPECT_EQ(LineLayer::closed_count, 1);
  EXPECT_LT(now() - begin, 4s);  // lingering would take 5
}

TEST_F(LayerTest, may_be_closed_when_its_loop_runs_no_more) {
  Stream stream = layered({});
  layer_->waits_for_goodbye = true;
  auto body = [](Stream* lines) -> Task<> { co_await lines->write_all("x"); };
  run(body(&stream));
  EXPECT_EQ(script_->written, "x\n");
  stream = Stream();
  EXPECT_EQ(LineLayer::closed_count, 1);
}

}  // namespace
}  // namespace bowline
