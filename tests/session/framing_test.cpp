#include "bowline/session/framing.h"

#include "bowline/net/pipe.h"
#include "bowline/services/echo.h"
#include "bowline/session/message_stream.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/cuts.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/scripted_transport.h"

#include <gtest/gtest.h>

#include <string>

namespace bowline {
namespace {

using namespace std::string_literals;
using testing::Pieces;
using testing::ScriptedTransport;
using Frame = Stream (*)(Network, Stream, std::size_t);

// "[one][two]" and "." at the end, or why there is no more.
Task<> receive_all(MessageStream messages, std::string* shown) {
  for (;;) {
    Result<Message> message = co_await attempt(messages.receive());
    if (!message) *shown += message.error().what();
    if (!message) co_return;
    if (!*message) break;
    *shown += "[" + std::string(message->text()) + "]";
  }
  *shown += ".";
}

class Framing : public testing::LoopTest {
 protected:
  Stream framed(Frame frame, Pieces pieces, std::size_t size_max, bool late = false) {
    auto script = std::make_unique<ScriptedTransport>(
        loop_, std::deque<std::string>(pieces.begin(), pieces.end()), 0, late);
    script_ = script.get();
    return frame(network_, Stream(std::move(script)), size_max);
  }
  std::string received(Frame frame, Pieces pieces, std::size_t size_max = 64) {
    std::string shown;
    run(receive_all(framed(frame, std::move(pieces), size_max), &shown));
    return shown;
  }
  // What was written to send `message`, or why it was not.
  std::string sent(Frame frame, std::string message, std::size_t size_max = 64) {
    auto send = [](MessageStream messages, std::string* text, ScriptedTransport* script) -> Task<> {
      Result<void> done = co_await attempt(messages.send(*text));
      *text = done ? script->written : done.error().what();
    };
    Stream stream = framed(frame, {}, size_max);
    run(send(std::move(stream), &message, script_));
    return message;
  }

  ScriptedTransport* script_ = nullptr;
};

TEST_F(Framing, of_lines_does_not_depend_on_how_they_arrive) {
  for (auto cut : testing::every_cut("one\ntwo\r\n\nlast")) {
    EXPECT_EQ(received(frame_lines, cut), "[one][two][][last].");
  }
}

TEST_F(Framing, of_lengths_does_not_depend_on_how_they_arrive) {
  for (auto cut : testing::every_cut("\0\0\0\3one\0\0\0\0\0\0\0\2\n\0"s)) {
    EXPECT_EQ(received(frame_lengths, cut), "[one][][\n\0]."s);
  }
}

TEST_F(Framing, has_a_limit_that_the_error_names) {
  for (auto cut : testing::every_cut("four\nfives\n")) {
    EXPECT_EQ(received(frame_lines, cut, 4),
              "[four]read from script:: message too long: the limit is 4 bytes");
  }
  for (auto cut : testing::every_cut("\0\0\0\4four\0\0\0\5"s)) {
    EXPECT_EQ(received(frame_lengths, cut, 4),
              "[four]read from script:: message too long: the limit is 4 bytes");
  }
}

TEST_F(Framing, of_lengths_tells_a_message_that_is_cut_off) {
  for (std::string text : {"\0"s, "\0\0\0\2"s, "\0\0\0\2x"s}) {
    EXPECT_EQ(received(frame_lengths, {text}),
              "read from script:: protocol error: it ended inside a message");
  }
}

TEST_F(Framing, puts_a_frame_around_what_is_sent) {
  EXPECT_EQ(sent(frame_lines, "hello"), "hello\n");
  EXPECT_EQ(sent(frame_lines, ""), "\n");
  EXPECT_EQ(sent(frame_lengths, "hello"), "\0\0\0\5hello"s);
  EXPECT_EQ(sent(frame_lengths, ""), "\0\0\0\0"s);
}

TEST_F(Framing, refuses_to_send_what_the_other_end_would_not_understand) {
  EXPECT_EQ(
      sent(frame_lines, "a\nb"),
      "write to script:: invalid argument: a message that is sent as a line holds no line end");
  EXPECT_EQ(sent(frame_lines, "fives", 4),
            "write to script:: message too long: the limit is 4 bytes");
  EXPECT_EQ(sent(frame_lengths, "fives", 4),
            "write to script:: message too long: the limit is 4 bytes");
}

TEST_F(Framing, begins_with_what_was_put_back) {
  for (Frame frame : {Frame(frame_lines), Frame(frame_lengths)}) {
    std::string text = frame == Frame(frame_lines) ? "one\ntw" : "\0\0\0\3one\0\0"s;
    std::string rest = frame == Frame(frame_lines) ? "o\n" : "\0\3two"s;
    auto script = std::make_unique<ScriptedTransport>(loop_, std::deque<std::string>{rest});
    Stream stream{TransportPointer(std::move(script))};
    stream.put_back(Chunk::copy(text));
    std::string shown;
    run(receive_all(frame(network_, std::move(stream), 64), &shown));
    EXPECT_EQ(shown, "[one][two].");
  }
}

TEST_F(Framing, carries_messages_of_all_sizes_there_and_back) {
  for (Frame frame : {Frame(frame_lines), Frame(frame_lengths)}) {
    auto body = [](Scope& scope, Network network, Frame how) -> Task<> {
      auto [left, right] = make_pipe(network.loop());
      scope.start(serve_echo(how(network, std::move(right), 1 << 20)));
      MessageStream messages = how(network, std::move(left), 1 << 20);
      for (std::size_t size : {0, 1, 2, 100, 16'383, 16'384, 100'000, 1 << 20}) {
        std::string text(size, 'x');
        co_await messages.send(text);
        Message back = co_await messages.receive();
        EXPECT_TRUE(back && back.text() == text) << size;
      }
      co_await messages.send_end();
      Message end = co_await messages.receive();
      EXPECT_FALSE(end);
    };
    run(with_scope(body, network_, frame));
  }
}

TEST_F(Framing, is_chosen_by_its_kind_and_limited_by_what_is_usual_or_asked_for) {
  using Kind = bowline::Framing::Kind;
  auto with = [this](Kind kind, std::string input, std::size_t size_max = 0) {
    auto script = std::make_unique<ScriptedTransport>(loop_, std::deque<std::string>{input});
    Stream stream{TransportPointer(std::move(script))};
    std::string shown;
    run(receive_all(frame_messages(network_, std::move(stream), {kind, size_max}), &shown));
    return shown.substr(shown.rfind(':') + 1);
  };
  EXPECT_EQ(with(Kind::raw, "one\ntwo\n"), "[one\ntwo\n].");
  EXPECT_EQ(with(Kind::line, "one\ntwo\n"), "[one][two].");
  EXPECT_EQ(with(Kind::length, "\0\0\0\2on\0\0\0\1e"s), "[on][e].");
  EXPECT_EQ(with(Kind::line, std::string(framed_line_size_max + 2, 'x')),
            " the limit is 65536 bytes");
  EXPECT_EQ(with(Kind::length, "\1\0\0\1"s), " the limit is 16777216 bytes");
  EXPECT_EQ(with(Kind::line, "fives\n", 4), " the limit is 4 bytes");
  EXPECT_EQ(with(Kind::length, "\0\0\0\5"s, 4), " the limit is 4 bytes");
}

// However much of it is there: what is in a piece may take long.
TEST_F(Framing, lets_others_have_their_turn_after_each_large_piece_of_a_message) {
  constexpr int pieces = 20;
  Pieces cut(pieces, std::string(8192, 'p'));
  std::string shown;
  int turns = 0;
  auto count_turns = [](const std::string* done, int* count) -> Task<> {
    for (; done->empty(); ++*count) co_await yield();
  };
  auto both = [](Scope& scope, Task<> receiving, Task<> counting) -> Task<> {
    scope.start(std::move(receiving));
    scope.start(std::move(counting));
    co_return;
  };
  Task<> receiving = receive_all(framed(frame_lines, cut, 1 << 20), &shown);
  run(with_scope(both, std::move(receiving), count_turns(&shown, &turns)));
  EXPECT_GE(turns, pieces - 1);
}

}  // namespace
}  // namespace bowline
