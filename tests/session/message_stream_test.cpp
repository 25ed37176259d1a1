#include "bowline/session/message_stream.h"

#include "bowline/net/pipe.h"
#include "bowline/services/echo.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using MessageStreamTest = testing::VirtualLoopTest;

TEST_F(MessageStreamTest, takes_each_read_of_a_plain_stream_for_a_message) {
  auto body = [](Scope& scope, Loop* loop) -> Task<> {
    auto [left, right] = make_pipe(*loop);
    scope.start(serve_echo(std::move(right)));
    MessageStream messages(std::move(left));
    co_await messages.send("hello");
    Message back = co_await messages.receive();
    EXPECT_TRUE(back);
    EXPECT_EQ(back.text(), "hello");
    EXPECT_EQ(back.kind(), MessageKind::binary);
    co_await messages.send_end();
    Message end = co_await messages.receive();
    EXPECT_FALSE(end);
    EXPECT_EQ(messages.peer_url(), "pipe:");
  };
  run(with_scope(body, &loop_));
}

TEST_F(MessageStreamTest, begins_with_what_was_put_back) {
  auto body = [](Scope& scope, Loop* loop) -> Task<> {
    auto [left, right] = make_pipe(*loop);
    right.put_back(Chunk::copy("looked at before"));
    scope.start(serve_echo(std::move(right)));
    MessageStream messages(std::move(left));
    Message back = co_await messages.receive();
    EXPECT_EQ(back.text(), "looked at before");
  };
  run(with_scope(body, &loop_));
}

TEST_F(MessageStreamTest, gives_errors_and_deadlines_as_a_stream_does) {
  auto body = [](Loop* loop) -> Task<> {
    auto [left, right] = make_pipe(*loop);
    MessageStream messages(std::move(left));
    Result<Message> late = co_await attempt(within(1s, messages.receive()));
    EXPECT_TRUE(!late && late.error().timed_out());
    right = Stream();
    Result<void> sent = co_await attempt(messages.send("x"));
    EXPECT_TRUE(!sent && sent.error().is(std::errc::broken_pipe));
  };
  run(body(&loop_));
}

}  // namespace
}  // namespace bowline
