#include "cli/conversation.h"

#include "bowline/net/pipe.h"
#include "tests/cli/talkers.h"
#include "tests/support/loop_fixture.h"

#include <gmock/gmock.h>

namespace bowline::cli {
namespace {

using namespace std::chrono_literals;
using testing::Pieces;
using testing::Shown;

// A peer that plays its part on the other end of a pipe.
using Peer = Task<> (*)(Stream peer, std::string* heard);

struct Held {
  std::string shown;
  std::string heard;
  std::string failure;
  Duration took{};
};

struct Parts {
  Input* input;
  Output* output;
  ConversationOptions options;
  Peer peer;
  Held* held;
};

// What becomes of the peer when the conversation ends before it has said everything is its own
// affair.
Task<> play(Peer part, Stream peer, std::string* heard) {
  Result<void> played = co_await attempt(part(std::move(peer), heard));
}

Task<> hold(Scope& scope, Parts parts) {
  Context& context = co_await current_context();
  auto [near, far] = make_pipe(context.scheduler());
  scope.start(play(parts.peer, std::move(far), &parts.held->heard));
  Conversation conversation(near, *parts.input, *parts.output, parts.options);
  Result<void> result = co_await attempt(conversation.hold());
  if (!result) parts.held->failure = result.error().what();
}

class Conversations : public bowline::testing::VirtualLoopTest {
 protected:
  Held talk(Input&& input, Peer peer, ConversationOptions options = {},
            std::size_t shown_max = ~std::size_t(0)) {
    Held held;
    Shown output;
    output.size_max = shown_max;
    Time before = now();
    run(with_scope(hold, Parts{&input, &output, options, peer, &held}));
    held.took = now() - before;
    held.shown = output.text;
    return held;
  }
};

Task<> echo(Stream peer, std::string* heard) {
  for (;;) {
    Chunk chunk = co_await peer.read_some();
    if (chunk.empty()) co_return;
    *heard += chunk.text();
    co_await peer.write_all(chunk);
  }
}

// Reads to the end, then answers.
Task<> answer_late(Stream peer, std::string* heard) {
  for (;;) {
    Chunk chunk = co_await peer.read_some();
    if (chunk.empty()) break;
    *heard += chunk.text();
  }
  co_await sleep(5s);
  co_await peer.write_all("late\n");
}

Task<> say_and_end(Stream peer, std::string*) {
  co_await peer.write_all("bye\n");
}

Task<> keep_silent(Stream peer, std::string* heard) {
  for (;;) {
    Result<Chunk> chunk = co_await attempt(within(1h, peer.read_some()));
    if (!chunk) co_return;
    *heard += chunk->empty() ? "[end]" : chunk->text();
    if (chunk->empty()) break;
  }
  co_await sleep(1h);
}

// Says that it has nothing to say, and goes on listening.
Task<> only_listen(Stream peer, std::string* heard) {
  co_await peer.write_end();
  for (;;) {
    co_await sleep(300ms);
    Chunk chunk = co_await peer.read_some();
    if (chunk.empty()) co_return;
    *heard += chunk.text();
  }
}

Task<> drip(Stream peer, std::string*) {
  for (const char* piece : {"one\ntw", "o\n", "three", "four\n"}) {
    co_await peer.write_all(piece);
    co_await sleep(500ms);
  }
}

Task<> refuse_more(Stream peer, std::string* heard) {
  Chunk chunk = co_await peer.read_some();
  *heard += chunk.text();
  co_await peer.write_all("too much\n");
}

// One answer for each piece, slowly.
Task<> take_turns(Stream peer, std::string* heard) {
  for (;;) {
    Chunk chunk = co_await peer.read_some();
    if (chunk.empty()) co_return;
    *heard += "[" + std::string(chunk.text()) + "]";
    co_await sleep(2s);
    *heard += "answer";
    co_await peer.write_all("accepted");
  }
}

TEST_F(Conversations, carry_both_directions) {
  Held held = talk(Pieces({"one\n", "two\n"}), echo);
  EXPECT_EQ(held.heard, "one\ntwo\n");
  EXPECT_EQ(held.shown, "one\ntwo\n[settled][end]");
  EXPECT_EQ(held.failure, "");
}

TEST_F(Conversations, wait_for_the_answer_after_the_end_of_input) {
  Held held = talk(Pieces({"ask\n"}), answer_late);
  EXPECT_EQ(held.shown, "late\n[settled][end]");
  EXPECT_GE(held.took, 5s);
}

TEST_F(Conversations, wait_only_as_long_as_they_are_told) {
  Held held = talk(Pieces({"ask\n"}), keep_silent, {.wait = 2s});
  EXPECT_EQ(held.heard, "ask\n[end]");
  EXPECT_EQ(held.shown, "");
  EXPECT_EQ(held.failure, "");
}

TEST_F(Conversations, end_with_the_peer_while_input_is_open) {
  Held held = talk(Pieces({}, false), say_and_end);
  EXPECT_EQ(held.shown, "bye\n[settled][end]");
  EXPECT_EQ(held.failure, "");
  EXPECT_LT(held.took, 1s);
}

TEST_F(Conversations, still_send_what_is_there_when_the_peer_only_stopped_talking) {
  Held held = talk(Pieces({"one\n", "two\n", "three\n"}), only_listen);
  EXPECT_EQ(held.heard, "one\ntwo\nthree\n");
  EXPECT_EQ(held.failure, "");
}

TEST_F(Conversations, fail_when_the_peer_does_not_take_everything) {
  Held held = talk(Pieces({std::string(100'000, 'x'), "more"}), refuse_more);
  EXPECT_EQ(held.shown, "too much\n[settled][end]");
  EXPECT_THAT(held.failure, ::testing::HasSubstr("broken pipe"));
}

TEST_F(Conversations, fail_after_silence) {
  Held held = talk(Pieces({}, false), keep_silent, {.timeout = 3s});
  EXPECT_THAT(held.failure, ::testing::HasSubstr("timed out: nothing came or went for 3 s"));
}

TEST_F(Conversations, do_not_fail_as_long_as_something_comes) {
  Held held = talk(Pieces({}, false), drip, {.timeout = 600ms});
  EXPECT_EQ(held.failure, "");
  EXPECT_THAT(held.shown, ::testing::EndsWith("[end]"));
}

TEST_F(Conversations, tell_of_a_pause_in_the_middle_of_a_line) {
  Held held = talk(Pieces({}, false), drip);
  EXPECT_EQ(held.shown, "one\ntw[settled]o\nthree[settled]four\n[settled][end]");
}

TEST_F(Conversations, end_when_the_messages_have_come) {
  Held held = talk(Pieces({}, false), drip, {.count = 1});
  EXPECT_EQ(held.shown, "one\n");
  EXPECT_EQ(held.failure, "");
}

TEST_F(Conversations, count_what_a_pause_follows) {
  Held held = talk(Pieces({"hello"}, false), take_turns, {.count = 1});
  EXPECT_EQ(held.shown, "accepted[settled]");
  EXPECT_EQ(held.failure, "");
}

TEST_F(Conversations, fail_when_fewer_messages_came) {
  Held held = talk(Pieces({}, false), say_and_end, {.count = 3});
  EXPECT_EQ(held.shown, "bye\n[settled][end]");
  EXPECT_THAT(held.failure, ::testing::HasSubstr("1 of 3 messages came"));
}

TEST_F(Conversations, end_well_when_nobody_looks_any_more) {
  Held held = talk(Pieces({}, false), drip, {}, 3);
  EXPECT_EQ(held.failure, "");
}

TEST_F(Conversations, can_wait_for_each_answer) {
  Held held = talk(Pieces({"one", "two"}), take_turns, {.turns = true});
  EXPECT_EQ(held.heard, "[one]answer[two]answer");
  held = talk(Pieces({"one", "two"}), take_turns);
  EXPECT_EQ(held.heard, "[one]answer[two]answer");
}

ConversationOptions messages(ConversationOptions options = {}) {
  options.messages = MessageKind::text;
  options.lines = true;
  return options;
}

// As many messages as come, each read of the pipe one: what it heard has them in brackets.
Task<> echo_messages(Stream peer, std::string* heard) {
  MessageStream stream(std::move(peer));
  while (Message message = co_await stream.receive()) {
    *heard += "[" + std::string(message.text()) + "]";
    co_await stream.send(message);
    co_await sleep(100ms);
  }
  *heard += "[end]";
}

Task<> say_messages_with_line_ends(Stream peer, std::string*) {
  for (const char* text : {"one\ntwo", "three", "four"}) {
    co_await peer.write_all(text);
    co_await sleep(500ms);
  }
}

TEST_F(Conversations, send_and_show_each_line_as_a_message) {
  Held held = talk(Pieces({"one\n", "two"}), echo_messages, messages());
  EXPECT_EQ(held.heard, "[one][two][end]");
  EXPECT_EQ(held.shown, "one\ntwo\n[settled][end]");
  EXPECT_EQ(held.failure, "");
}

TEST_F(Conversations, send_and_show_bytes_of_messages_as_they_are) {
  Held held = talk(Pieces({"one\n", "two"}), echo_messages, {.messages = MessageKind::binary});
  EXPECT_EQ(held.heard, "[one\n][two][end]");
  EXPECT_EQ(held.shown, "one\ntwo[settled][end]");
}

TEST_F(Conversations, count_a_message_as_one_whatever_lines_it_has) {
  Held held = talk(Pieces({}, false), say_messages_with_line_ends, messages({.count = 2}));
  EXPECT_EQ(held.shown, "one\ntwo\nthree\n");
  EXPECT_EQ(held.failure, "");
  held = talk(Pieces({}, false), say_messages_with_line_ends, messages({.count = 4}));
  EXPECT_EQ(held.shown, "one\ntwo\nthree\nfour\n[settled][end]");
  EXPECT_THAT(held.failure, ::testing::HasSubstr("3 of 4 messages came"));
}

// Answers three times within a second, then hears how long the other end still waits.
Task<> answer_and_wait_for_the_end(Stream peer, std::string* heard) {
  Context& context = co_await current_context();
  Chunk asked = co_await peer.read_some();
  *heard += asked.text();
  for (const char* text : {"one", "two", "three"}) {
    co_await sleep(300ms);
    co_await peer.write_all(text);
  }
  Time last = context.scheduler().now();
  while (Chunk chunk = co_await peer.read_some()) *heard += chunk.text();
  *heard += "[" + std::to_string((context.scheduler().now() - last) / 1ms) + " ms later]";
}

TEST_F(Conversations, without_half_close_end_once_it_is_quiet) {
  Held held = talk(Pieces({"ask"}), answer_and_wait_for_the_end, messages({.half_closes = false}));
  EXPECT_EQ(held.shown, "one\ntwo\nthree\n[settled][end]");
  EXPECT_EQ(held.heard, "ask[500 ms later]");
  EXPECT_EQ(held.failure, "");
}

TEST_F(Conversations, without_half_close_wait_as_long_as_they_are_told) {
  Held held = talk(Pieces({"ask"}), answer_and_wait_for_the_end,
                   messages({.wait = 1400ms, .half_closes = false}));
  EXPECT_EQ(held.shown, "one\ntwo\nthree\n");
  EXPECT_EQ(held.heard, "ask[500 ms later]");
}

TEST_F(Conversations, without_half_close_end_when_all_messages_are_counted) {
  Held held = talk(Pieces({"ask"}), answer_and_wait_for_the_end,
                   messages({.count = 2, .half_closes = false}));
  EXPECT_EQ(held.shown, "one\ntwo\n");
  EXPECT_EQ(held.failure, "");
}

}  // namespace
}  // namespace bowline::cli
