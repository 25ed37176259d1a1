#include "bowline/services/relay.h"

#include "bowline/session/websocket.h"
#include "bowline/sim/world.h"
#include "tests/support/sim_echo.h"

#include <gmock/gmock.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using ::testing::HasSubstr;

Task<> relay_one(Upstreams* upstreams, Stream client, RelayOptions options,
                 std::vector<std::string>* failures) {
  Result<void> ended = co_await attempt(relay_to(*upstreams, std::move(client), options));
  failures->push_back(ended ? "" : ended.error().what());
}

struct Relay {
  Upstreams* upstreams;
  RelayOptions options;
  std::vector<std::string> failures;
};

Task<> accept_and_relay(Scope& scope, Listener* listener, Relay* relay) {
  for (;;) {
    Stream client = co_await listener->accept();
    scope.start(relay_one(relay->upstreams, std::move(client), relay->options, &relay->failures));
  }
}

Task<> relay_server(Network network, Relay* relay) {
  Listener listener = co_await listen(network, "tcp://:8000");
  co_await with_scope(accept_and_relay, &listener, relay);
}

Task<> relay_websocket(Network network, Upstreams* upstreams, const WebSocketSettings* settings) {
  Listener listener = co_await listen(network, "tcp://:8000");
  Stream client = co_await listener.accept();
  client = co_await accept_websocket(network, std::move(client), *settings);
  co_await relay_to(*upstreams, std::move(client));
}

// Hosts "client", "relay" and "server".
class RelayTest : public ::testing::Test {
 protected:
  // Has `client` and `server` talk over the relay until the client's part is over; gives how each
  // ended: "" or its failure.
  void talk(Task<> (*client)(Stream, std::string*), Task<> (*server)(Stream, std::string*)) {
    world_.host("server").start(serve, server, &server_end_);
    world_.host("relay").start(relay_server, &relay_);
    bool done = false;
    auto program = [](Network network, Task<> (*body)(Stream, std::string*), std::string* end,
                      bool* ended) -> Task<> {
      Stream stream = co_await connect(network, "tcp://relay:8000");
      Result<void> talked = co_await attempt(body(std::move(stream), end));
      if (!talked) *end += talked.error().what();
      *ended = true;
    };
    world_.host("client").start(program, client, &client_end_, &done);
    EXPECT_TRUE(world_.run_until([&] { return done; }, 1h));
    world_.run_for(1min);
  }
  // The same where both are programs of their own, and all speak WebSocket.
  void talk_over_websockets(Task<> (*server)(Network, const WebSocketSettings*),
                            Task<> (*client)(Network, std::string*)) {
    WebSocketSettings settings;
    upstreams_.set({"ws://server:7000/"});
    world_.host("server").start(server, &settings);
    world_.host("relay").start(relay_websocket, &upstreams_, &settings);
    world_.host("client").start(client, &client_end_);
    EXPECT_TRUE(world_.run(1h));
  }

  sim::World world_;
  Upstreams upstreams_{{"tcp://server:7000"}, {}};
  Relay relay_{&upstreams_, {}, {}};
  std::string client_end_;
  std::string server_end_;

 private:
  static Task<> serve(Network network, Task<> (*body)(Stream, std::string*), std::string* end) {
    Listener listener = co_await listen(network, "tcp://:7000");
    Stream stream = co_await listener.accept();
    Result<void> talked = co_await attempt(body(std::move(stream), end));
    if (!talked) *end += talked.error().what();
  }
};

Task<> read_to_the_end(Stream& stream, std::string* text) {
  while (Chunk chunk = co_await stream.read_some()) *text += chunk.text();
}

TEST_F(RelayTest, passes_a_half_close_on_and_waits_for_the_answer) {
  talk(
      [](Stream stream, std::string* end) -> Task<> {
        co_await stream.write_all("question");
        co_await stream.write_end();
        co_await read_to_the_end(stream, end);
      },
      [](Stream stream, std::string* end) -> Task<> {
        co_await read_to_the_end(stream, end);
        co_await sleep(5s);
        co_await stream.write_all("the answer to " + *end);
      });
  EXPECT_EQ(server_end_, "question");
  EXPECT_EQ(client_end_, "the answer to question");
  EXPECT_THAT(relay_.failures, ::testing::ElementsAre(""));
}

TEST_F(RelayTest, a_server_may_end_first) {
  talk(
      [](Stream stream, std::string* end) -> Task<> {
        co_await read_to_the_end(stream, end);
        co_await stream.write_all("thank you");
      },
      [](Stream stream, std::string* end) -> Task<> {
        co_await stream.write_all("welcome");
        co_await stream.write_end();
        co_await read_to_the_end(stream, end);
      });
  EXPECT_EQ(client_end_, "welcome");
  EXPECT_EQ(server_end_, "thank you");
  EXPECT_THAT(relay_.failures, ::testing::ElementsAre(""));
}

Task<> reset_after_hello(Stream stream, std::string*) {
  Chunk chunk = co_await stream.read_some();
  stream.set_option(Option::linger, 0);
}

Task<> say_hello_and_read(Stream stream, std::string* end) {
  co_await stream.write_all("hello");
  co_await read_to_the_end(stream, end);
  *end += "(end)";
}

TEST_F(RelayTest, passes_a_reset_of_the_server_on) {
  talk(say_hello_and_read, reset_after_hello);
  EXPECT_THAT(client_end_, HasSubstr("reset"));
  ASSERT_EQ(relay_.failures.size(), 1u);
  EXPECT_THAT(relay_.failures[0], HasSubstr("reset"));
}

TEST_F(RelayTest, passes_a_reset_of_the_client_on) {
  talk(
      [](Stream stream, std::string*) -> Task<> {
        co_await stream.write_all("hello");
        Chunk chunk = co_await stream.read_some();
        stream.set_option(Option::linger, 0);
      },
      [](Stream stream, std::string* end) -> Task<> {
        co_await stream.write_all("hello");
        co_await read_to_the_end(stream, end);
        *end += "(end)";
      });
  EXPECT_THAT(server_end_, HasSubstr("reset"));
}

TEST_F(RelayTest, resets_both_when_nothing_comes_for_too_long) {
  relay_.options.idle_timeout = 10s;
  talk(
      [](Stream stream, std::string* end) -> Task<> {
        for (int index = 0; index < 5; ++index) {
          co_await sleep(8s);
          co_await stream.write_all(".");
        }
        co_await read_to_the_end(stream, end);
      },
      [](Stream stream, std::string* end) -> Task<> { co_await read_to_the_end(stream, end); });
  EXPECT_THAT(client_end_, HasSubstr("reset"));
  EXPECT_EQ(server_end_.substr(0, 5), ".....");
  EXPECT_THAT(server_end_, HasSubstr("reset"));
  ASSERT_EQ(relay_.failures.size(), 1u);
  EXPECT_THAT(relay_.failures[0], HasSubstr("timed out after 10 s"));
}

TEST_F(RelayTest, resets_a_client_that_no_upstream_takes) {
  upstreams_.set({"tcp://server:1"});
  talk(say_hello_and_read, reset_after_hello);
  EXPECT_THAT(client_end_, HasSubstr("reset"));
  ASSERT_EQ(relay_.failures.size(), 1u);
  EXPECT_THAT(relay_.failures[0], HasSubstr("refused"));
}

Task<> write_to_the_end(Stream* stream, const std::string* text) {
  co_await stream->write_all(*text);
  co_await stream->write_end();
}

Task<> exchange(Scope& scope, Stream* stream, const std::string* text, std::string* back) {
  scope.start(write_to_the_end(stream, text));
  co_await read_to_the_end(*stream, back);
}

TEST_F(RelayTest, carries_all_bytes_while_one_side_is_slow) {
  world_.default_link().short_reads = 0.5;
  talk(
      [](Stream stream, std::string* end) -> Task<> {
        std::string text;
        for (int index = 0; index < 2'000'000; ++index) text += static_cast<char>(index * 7 % 251);
        std::string back;
        co_await with_scope(exchange, &stream, &text, &back);
        *end = back == text ? "all" : "something else";
      },
      [](Stream stream, std::string*) -> Task<> {
        co_await sleep(10s);
        co_await echo_until_the_end(std::move(stream));
      });
  EXPECT_EQ(client_end_, "all");
}

// An early answer, then the end, while the client still sends: the answer arrives.
TEST_F(RelayTest, delivers_what_a_server_said_before_it_stopped_to_listen) {
  talk(
      [](Stream stream, std::string* end) -> Task<> {
        Chunk chunk = co_await stream.read_some();
        *end = chunk.text();
      },
      [](Stream stream, std::string*) -> Task<> { co_await stream.write_all("no, thank you"); });
  EXPECT_EQ(client_end_, "no, thank you");
}

// Gives back each message, of its kind, with its size in front, until one says "leave".
Task<> serve_websocket(Network network, const WebSocketSettings* settings) {
  Listener listener = co_await listen(network, "tcp://:7000");
  Stream stream = co_await listener.accept();
  stream = co_await accept_websocket(network, std::move(stream), *settings);
  WebSocket socket(std::move(stream));
  while (Message message = co_await socket.receive()) {
    if (message.text() == "leave") break;
    std::string answer = std::to_string(message.size()) + (message.is_text() ? " text" : " bytes");
    co_await socket.answer(answer);
  }
  co_await socket.close(4001, "as you wish");
}

Task<> talk_websocket(Network network, std::string* told) {
  Stream stream = co_await connect(network, "ws://relay:8000/");
  WebSocket socket(std::move(stream));
  co_await socket.send("one");
  co_await socket.send(Bytes("four"));
  co_await socket.send("");
  co_await socket.send("leave");
  while (Message message = co_await socket.receive()) {
    *told += "[" + std::string(message.text()) + (message.is_text() ? "]" : "]*");
  }
  *told += " " + std::to_string(socket.close_code()) + " " + socket.close_reason();
}

TEST_F(RelayTest, between_websockets_messages_and_the_close_stay_what_they_are) {
  talk_over_websockets(serve_websocket, talk_websocket);
  EXPECT_EQ(client_end_, "[3 text][4 bytes]*[0 text] 4001 as you wish");
}

Task<> serve_and_restart(Network network, const WebSocketSettings* settings) {
  Listener listener = co_await listen(network, "tcp://:7000");
  Stream stream = co_await listener.accept();
  stream = co_await accept_websocket(network, std::move(stream), *settings);
  WebSocket socket(std::move(stream));
  // More than the relay gets rid of, and less than the server does.
  std::string news(50'000, 'n');
  for (int count = 0; count < 4; ++count) co_await socket.send(news);
  Task<> closing = socket.close(1012, "restarting");
  Result<void> answered = co_await attempt(std::move(closing));
  EXPECT_FALSE(answered.ok()) << "nobody has read it yet";
}

// Speaks and does not listen for so long that the server has gone meanwhile.
Task<> talk_without_listening(Network network, std::string* told) {
  Stream stream = co_await connect(network, "ws://relay:8000/");
  WebSocket socket(std::move(stream));
  for (int count = 0; count < 30; ++count) {
    co_await socket.send("are you there?");
    co_await sleep(1s);
  }
  int count = 0;
  while (Message message = co_await socket.receive()) ++count;
  *told += std::to_string(count) + " " + std::to_string(socket.close_code());
}

TEST_F(RelayTest, passes_a_close_on_to_who_could_not_be_heard_any_more) {
  talk_over_websockets(serve_and_restart, talk_without_listening);
  EXPECT_EQ(client_end_, "4 1012");
}

}  // namespace
}  // namespace bowline
