#include "bowline/client/client.h"

#include "tests/client/client_world.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using testing::ClientWorld;

Task<> echo(Network network, Stream stream) {
  MessageStream messages = frame_lines(network, std::move(stream));
  while (Message message = co_await messages.receive()) co_await messages.send(message);
}

Task<> say_nothing(Network, Stream stream) {
  while (Chunk chunk = co_await stream.read_some()) continue;
}

// Answers the request of a WebSocket with `status`.
Task<> refuse(Stream stream, std::string status) {
  co_await stream.read_until("\r\n\r\n");
  co_await stream.write_all("HTTP/1.1 " + status + "\r\n\r\n");
}

Task<> forbid(Network, Stream stream) {
  return refuse(std::move(stream), "403 Forbidden");
}

Task<> be_busy(Network, Stream stream) {
  return refuse(std::move(stream), "503 Busy\r\nRetry-After: 7");
}

// Opens a WebSocket to say that it wants nobody.
Task<> shut_out(Network network, Stream stream) {
  static const WebSocketSettings settings;
  Stream opened = co_await accept_websocket(network, std::move(stream), settings);
  WebSocket socket(std::move(opened));
  co_await socket.close(websocket_policy, "nobody");
}

Task<> note_received(Client* client, ClientWorld* log) {
  while (Message message = co_await client->receive()) log->lines.emplace_back(message.text());
}

TEST(Client, talks_and_ends_when_all_is_said) {
  ClientWorld world(echo);
  EXPECT_TRUE(world.run([](Scope& scope, Client* client, ClientWorld* log) -> Task<> {
    scope.start(client->run());
    co_await client->send("one");
    std::uint64_t number = co_await client->send("two");
    EXPECT_EQ(number, 2u);
    client->finish();
    co_await note_received(client, log);
  }));
  EXPECT_EQ(world.text(), "connecting connected one two closed");
  EXPECT_EQ(world.failure, "");
}

TEST(Client, comes_back_and_sends_what_waited) {
  ClientWorld world(echo);
  world.world.after(5s, [&] { world.world.restart(world.world.host("server")); });
  EXPECT_TRUE(world.run([](Scope& scope, Client* client, ClientWorld* log) -> Task<> {
    scope.start(client->run());
    scope.start(note_received(client, log));
    co_await client->send("before");
    co_await sleep(1s);
    log->world.kill(log->world.host("server"));
    co_await sleep(1s);
    for (const char* text : {"1", "2", "3"}) co_await client->send(text);
    co_await sleep(10s);
    client->close();
  }));
  EXPECT_EQ(world.lines[2], "before");
  std::string text = world.text();
  EXPECT_NE(text.find("waiting connecting waiting"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("connecting connected 1 2 3 closed")) << text;
}

Task<> log_in(MessageStream& messages) {
  co_await messages.send("login");
  Message answer = co_await messages.receive();
  if (answer.text() != "login") throw make_error(EPROTO, "log in");
}

TEST(Client, begins_each_connection_with_its_preamble) {
  ClientWorld world([](Network network, Stream stream) -> Task<> {
    MessageStream messages = frame_lines(network, std::move(stream));
    Message login = co_await messages.receive();
    co_await messages.send(login);
    Message first = co_await messages.receive();
    co_await messages.send(std::string(login.text()) + "+" + std::string(first.text()));
  });
  world.options.preamble = log_in;
  EXPECT_TRUE(world.run([](Scope& scope, Client* client, ClientWorld* log) -> Task<> {
    scope.start(client->run());
    for (int count = 0; count < 3; ++count) {
      co_await client->send(std::to_string(count));
      Message message = co_await client->receive();
      log->lines.emplace_back(message.text());
      co_await sleep(2s);
    }
    client->close();
  }));
  std::string text = world.text();
  for (const char* line : {"login+0", "login+1", "login+2"}) {
    EXPECT_NE(text.find(line), std::string::npos) << text;
  }
}

Task<> run_only(Scope& scope, Client* client, ClientWorld*) {
  scope.start(client->run());
  co_return;
}

TEST(Client, heeds_a_close_code_during_its_preamble) {
  ClientWorld world(shut_out);
  world.options.preamble = log_in;
  EXPECT_TRUE(world.run(run_only, "ws://server:7000/"));
  EXPECT_EQ(world.text(), "connecting closed");
}

TEST(Client, does_not_try_again_what_no_attempt_will_change) {
  ClientWorld refused(forbid);
  EXPECT_TRUE(refused.run(run_only, "ws://server:7000/"));
  EXPECT_EQ(refused.text(), "connecting closed");
  EXPECT_NE(refused.failure.find("403 Forbidden"), std::string::npos) << refused.failure;
  ClientWorld wrong(echo);
  EXPECT_TRUE(wrong.run(run_only, "gopher://server:7000"));
  EXPECT_EQ(wrong.text(), "connecting closed");
  ClientWorld locked(echo);
  locked.options.preamble = [](MessageStream&) -> Task<> {
    throw make_error(EACCES, "log in", "wrong password");
    co_return;
  };
  EXPECT_TRUE(locked.run(run_only));
  EXPECT_EQ(locked.failure, "log in: permission denied: wrong password");
}

TEST(Client, leaves_a_busy_server_alone_for_as_long_as_it_asks) {
  ClientWorld world(be_busy);
  world.options.backoff.failures_max = 3;
  EXPECT_TRUE(world.run(run_only, "ws://server:7000/"));
  EXPECT_GT(world.world.elapsed(), 14s);
  EXPECT_LT(world.world.elapsed(), 15s);
  EXPECT_EQ(world.text(), "connecting waiting connecting waiting connecting closed");
  EXPECT_NE(world.failure.find("503 Busy; gave up after 3 times"), std::string::npos)
      << world.failure;
}

TEST(Client, says_without_advice_why_it_could_not_connect) {
  ClientWorld world(echo);
  world.options.backoff.failures_max = 1;
  EXPECT_TRUE(world.run(run_only, "tcp://server:7001"));
  EXPECT_EQ(world.failure, "connect to tcp://10.0.0.1:7001: connection refused");
}

TEST(Client, ends_at_once_when_it_is_closed) {
  for (Duration when : {0ms, 3ms, 500ms}) {
    ClientWorld world(say_nothing);
    world.pause = when;
    EXPECT_TRUE(world.run(
        [](Scope& scope, Client* client, ClientWorld* log) -> Task<> {
          scope.start(client->run());
          co_await sleep(log->pause);
          client->close();
          Message message = co_await client->receive();
          EXPECT_FALSE(message);
          Result<std::uint64_t> sent = co_await attempt(client->send("late"));
          EXPECT_TRUE(sent.error().is(std::errc::not_connected));
        },
        "tcp://server:7000"));
    EXPECT_LT(world.world.elapsed(), 600ms);
    EXPECT_EQ(world.failure, "");
    EXPECT_EQ(world.lines.back(), "closed");
  }
}

TEST(Client, ends_when_its_scope_does) {
  ClientWorld world(say_nothing);
  EXPECT_TRUE(world.run([](Scope& scope, Client* client, ClientWorld*) -> Task<> {
    scope.start(client->run());
    co_await sleep(1s);
    scope.cancel();
  }));
  EXPECT_EQ(world.text(), "connecting connected closed");
}

TEST(Client, has_senders_wait_while_its_outbox_is_full) {
  ClientWorld world(echo);
  world.options.outbox.count_max = 2;
  world.world.cut(world.world.host("server"), world.world.host("client"));
  world.world.after(5s, [&] { world.world.heal(); });
  EXPECT_TRUE(world.run([](Scope& scope, Client* client, ClientWorld* log) -> Task<> {
    scope.start(client->run());
    for (const char* text : {"1", "2", "3"}) co_await client->send(text);
    EXPECT_GT(log->world.elapsed(), 5s);
    client->finish();
    co_await note_received(client, log);
  }));
  EXPECT_TRUE(world.text().ends_with("connected 1 2 3 closed")) << world.text();
}

TEST(Client, may_end_when_its_outbox_is_full) {
  ClientWorld world(echo);
  world.options.outbox = {.count_max = 2, .when_full = WhenFull::close};
  EXPECT_TRUE(world.run([](Scope& scope, Client* client, ClientWorld*) -> Task<> {
    scope.start(client->run());
    for (const char* text : {"1", "2", "3"}) {
      Result<std::uint64_t> sent = co_await attempt(client->send(text));
      EXPECT_EQ(sent.ok(), *text < '3');
    }
  }));
  EXPECT_NE(world.failure.find("2 messages wait, of 2 bytes"), std::string::npos) << world.failure;
}

TEST(Client, notices_that_the_peer_has_lost_its_power) {
  ClientWorld world(say_nothing);
  world.options.peer_timeout = 6s;
  world.world.after(1s, [&] { world.world.crash(world.world.host("server")); });
  EXPECT_FALSE(world.run(run_only, "tcp://server:7000", 6s));
  EXPECT_EQ(world.text(), "connecting connected");
  world.world.run_for(2s);
  EXPECT_EQ(world.lines[2], "waiting");
}

TEST(Client, notices_that_the_peer_has_forgotten_the_connection) {
  ClientWorld world(say_nothing);
  world.options.peer_timeout = 6s;
  world.world.after(1s, [&] { world.world.crash(world.world.host("server")); });
  world.world.after(2s, [&] { world.world.restart(world.world.host("server")); });
  EXPECT_FALSE(world.run(run_only, "tcp://server:7000", 5s));
  EXPECT_EQ(world.text(), "connecting connected waiting connecting connected");
}

TEST(Client, gives_up_a_connection_that_says_nothing_for_too_long) {
  ClientWorld world(say_nothing);
  world.options.silence_max = 3s;
  EXPECT_FALSE(world.run(run_only, "tcp://server:7000", 5s));
  EXPECT_EQ(world.text(), "connecting connected waiting connecting connected");
}

TEST(Client, does_not_send_for_ever_what_can_not_be_sent) {
  ClientWorld world(echo);
  EXPECT_TRUE(world.run([](Scope& scope, Client* client, ClientWorld*) -> Task<> {
    scope.start(client->run());
    co_await client->send("two\nlines");
  }));
  EXPECT_NE(world.failure.find("holds no line end"), std::string::npos) << world.failure;
}

TEST(Client, finishes_offline_when_nothing_is_left_to_be_sent) {
  ClientWorld world(echo);
  EXPECT_TRUE(world.run(
      [](Scope& scope, Client* client, ClientWorld*) -> Task<> {
        scope.start(client->run());
        co_await sleep(3s);
        client->finish();
        Message message = co_await client->receive();
        EXPECT_FALSE(message);
      },
      "tcp://server:7001"));
  EXPECT_EQ(world.failure, "");
  EXPECT_EQ(world.lines.back(), "closed");
}

TEST(Client, sends_what_a_sender_gives_it) {
  ClientWorld world(echo);
  EXPECT_TRUE(world.run([](Scope& scope, Client* client, ClientWorld* log) -> Task<> {
    Sender sender = client->sender();
    sender.send("early");
    scope.start(client->run());
    co_await sleep(1s);
    sender.send("later");
    client->finish();
    Result<void> sent = attempt([&] { sender.send("late"); });
    EXPECT_TRUE(sent.error().is(std::errc::not_connected));
    co_await note_received(client, log);
  }));
  EXPECT_EQ(world.text(), "connecting connected early later closed");
}

}  // namespace
}  // namespace bowline
