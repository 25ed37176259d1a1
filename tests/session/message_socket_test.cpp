#include "bowline/session/message_socket.h"

#include "bowline/net/pipe.h"
#include "tests/support/deadline.h"

#include <gmock/gmock.h>

#include <functional>
#include <future>
#include <thread>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// Both ends of a WebSocket over a pipe, on one worker.
class MessageSockets : public ::testing::Test {
 protected:
  MessageSockets() {
    std::shared_ptr<MessageConnection> ends[2];
    auto open_server = [](Worker* worker, Stream stream, const WebSocketSettings* settings,
                          std::shared_ptr<MessageConnection>* end) -> Task<> {
      Stream opened = co_await accept_websocket(worker->network(), std::move(stream), *settings);
      *end = begin_messages(*worker, std::move(opened));
    };
    auto open_client = [](Worker* worker, Stream stream, const WebSocketConnectOptions* options,
                          std::shared_ptr<MessageConnection>* end) -> Task<> {
      Stream opened = co_await open_websocket(worker->network(), std::move(stream),
                                              "ws://localhost/path?query", *options);
      *end = begin_messages(*worker, std::move(opened));
    };
    auto open_both = [&](Scope& scope) {
      auto [near, far] = make_pipe(worker_->network().scheduler());
      scope.start(open_server(worker_.get(), std::move(far), &settings_, &ends[1]));
      return open_client(worker_.get(), std::move(near), &options_, &ends[0]);
    };
    options_.request.subprotocols = settings_.handshake.subprotocols = {"chat"};
    worker_->call([&](Scope&) { return with_scope(std::ref(open_both)); });
    client_.emplace(worker_, std::move(ends[0]));
    server_.emplace(worker_, std::move(ends[1]));
  }
  // A goodbye needs both ends at once.
  ~MessageSockets() override {
    std::jthread other([this] { server_.reset(); });
    client_.reset();
  }
  // Until the other end, which receives nothing, has it wait.
  static void fill(MessageSocket& socket) {
    std::string big(60'000, 'x');
    bool waited = false;
    for (int index = 0; !waited; ++index) {
      ASSERT_LT(index, 100) << "the queue has no limit";
      Result<void> sent = attempt([&] { socket.send(big, 50ms); });
      waited = !sent && sent.error().timed_out();
    }
  }

  testing::Deadline deadline_;
  WebSocketSettings settings_;
  WebSocketConnectOptions options_;
  std::shared_ptr<Worker> worker_ = start_message_worker();
  std::optional<MessageSocket> client_;
  std::optional<MessageSocket> server_;
};

TEST_F(MessageSockets, carry_text_and_bytes_as_what_they_are) {
  client_->send("hello");
  client_->send(Bytes(std::string_view("\xff\0", 2)));
  client_->send("");
  Message text = server_->recv();
  EXPECT_TRUE(text.is_text());
  EXPECT_EQ(text.text(), "hello");
  Message bytes = server_->recv();
  EXPECT_EQ(bytes.kind(), MessageKind::binary);
  EXPECT_EQ(bytes.size(), 2u);
  Message empty = server_->recv();
  EXPECT_TRUE(empty);
  server_->send(text);
  server_->send(bytes);
  EXPECT_TRUE(client_->recv().is_text());
  EXPECT_FALSE(client_->recv().is_text());
}

TEST_F(MessageSockets, know_what_the_handshake_said) {
  for (MessageSocket* end : {&*client_, &*server_}) {
    EXPECT_EQ(end->target(), "/path?query");
    EXPECT_EQ(end->subprotocol(), "chat");
  }
}

TEST_F(MessageSockets, end_with_the_code_and_reason_of_the_peer) {
  client_->send("last");
  std::jthread closing([this] { client_->close(4000, "enough"); });
  EXPECT_EQ(server_->recv().text(), "last");
  EXPECT_FALSE(server_->recv());
  EXPECT_FALSE(server_->recv());
  EXPECT_EQ(server_->close_code(), 4000u);
  EXPECT_EQ(server_->close_reason(), "enough");
  Result<void> sent = attempt([this] { server_->send("late"); });
  EXPECT_TRUE(sent.error().is(std::errc::broken_pipe));
}

TEST_F(MessageSockets, are_closed_by_whichever_comes_first) {
  client_->close();
  EXPECT_FALSE(client_->recv());
  Result<void> sent = attempt([this] { client_->send("late"); });
  EXPECT_THAT(sent.error().what(), HasSubstr("closed here"));
  client_->close();
  EXPECT_FALSE(server_->recv());
}

TEST_F(MessageSockets, may_be_closed_by_the_peer_while_they_send) {
  std::jthread sender([this] {
    std::string big(100'000, 'x');
    Result<void> sent = attempt([&] {
      while (true) client_->send(big);
    });
    EXPECT_FALSE(sent);
  });
  EXPECT_TRUE(server_->recv());
  server_->close();
}

TEST_F(MessageSockets, lose_nothing_when_a_wait_is_over) {
  Result<Message> none = attempt([this] { return server_->recv(1ms); });
  ASSERT_FALSE(none);
  EXPECT_TRUE(none.error().timed_out());
  EXPECT_THAT(none.error().what(), HasSubstr("read from ws"));
  client_->send("hello");
  EXPECT_EQ(server_->recv().text(), "hello");
}

// More than is read ahead, while nobody receives: who sends waits, and nothing is lost.
TEST_F(MessageSockets, slow_who_sends_down_to_who_receives) {
  fill(*client_);
  for (std::string end; end != "end";) {
    auto sending = std::async(std::launch::async, [this] { client_->send("end"); });
    while (sending.wait_for(0s) != std::future_status::ready) {
      Result<Message> message = attempt([this] { return server_->recv(10ms); });
      if (message) end = message->text();
    }
    while (end != "end") end = server_->recv().text();
  }
}

TEST_F(MessageSockets, close_in_time_although_the_peer_reads_nothing) {
  settings_.messages.close_timeout = 50ms;
  fill(*server_);
  server_->close();
  EXPECT_EQ(server_->close_code(), websocket_unclean);
}

TEST_F(MessageSockets, serve_one_thread_that_sends_and_one_that_receives) {
  constexpr int count = 2000;
  std::jthread echo([this] {
    for (int index = 0; index < count; ++index) server_->send(server_->recv());
  });
  std::jthread sender([this] {
    for (int index = 0; index < count; ++index) client_->send(std::to_string(index));
  });
  for (int index = 0; index < count; ++index) {
    EXPECT_EQ(client_->recv().text(), std::to_string(index));
  }
}

TEST(MessageConnections, may_end_before_they_have_begun) {
  testing::Deadline deadline;
  std::shared_ptr<Worker> worker = start_message_worker();
  auto begin_and_end = [](Worker* on) -> Task<> {
    auto [near, far] = make_pipe(on->network().scheduler());
    std::shared_ptr<MessageConnection> connection = begin_messages(*on, std::move(near));
    end_messages(*connection);
    Chunk end = co_await far.read_some();
    EXPECT_TRUE(end.empty());
  };
  worker->call([&](Scope&) { return begin_and_end(worker.get()); });
}

}  // namespace
}  // namespace bowline
