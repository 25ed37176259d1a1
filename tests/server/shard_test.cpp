#include "bowline/server/shard.h"

#include "bowline/client/connect.h"
#include "bowline/server/server.h"
#include "bowline/session/websocket.h"
#include "bowline/sim/world.h"
#include "bowline/task/attempt.h"
#include "bowline/task/wait.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <string>
#include <vector>

// How the sessions of a server end: in silence, in a drain, by force. All in a simulated world.
namespace bowline {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Kind = ServerEvent::Kind;

Task<> echo(Stream stream) {
  while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
}

// What a client heard, and when.
struct Heard {
  std::string text;
  std::string failure;
  Duration ended{};  // since the world began
};

Task<> say(Stream* stream, std::vector<Duration> waits) {
  for (Duration wait : waits) {
    Result<void> slept = co_await attempt(sleep(wait));
    if (!slept) co_return;
    Result<void> said = co_await attempt(stream->write_all("a"));
    if (!said) co_return;
  }
}

Task<> say_and_hear(Scope& scope, Stream* stream, const std::vector<Duration>* waits,
                    Heard* heard) {
  scope.start(say(stream, *waits));
  Result<Chunk> chunk = co_await attempt(stream->read_some());
  while (chunk && !chunk->empty()) {
    heard->text += chunk->text();
    chunk = co_await attempt(stream->read_some());
  }
  if (!chunk) heard->failure = chunk.error().what();
  scope.cancel();
}

Task<> talk_to(Network network, std::string url, std::vector<Duration> waits, Heard* heard,
               sim::World* world) {
  Stream stream = co_await connect(network, url);
  co_await with_scope(say_and_hear, &stream, &waits, heard);
  heard->ended = world->elapsed();
}

class Shards : public ::testing::Test {
 protected:
  Shards() {
    options_.observer = [this](const ServerEvent& event) { events_.push_back(event); };
  }

  // A server at every scheme's usual port here: 7000 raw, 7001 WebSocket.
  void serve(Handler handler) {
    auto serving = [](Network network, Shards* test, Handler handle) -> Task<> {
      Server server(network, test->options_);
      test->server_ = &server;
      server.add("tcp://:7000", handle, "test");
      server.add("ws://:7001", handle, "test");
      co_await server.serve();
    };
    world_.host("server").start(serving, this, std::move(handler));
    world_.run_for(1ms);
  }
  // Says "a" at each of `times`, and hears all until the end.
  Heard& talk(std::string url, std::vector<Duration> times) {
    Heard& heard = heard_.emplace_back();
    world_.host("client" + std::to_string(clients_++))
        .start(talk_to, url, std::move(times), &heard, &world_);
    return heard;
  }
  const ServerEvent* last(Kind kind) const {
    for (auto at = events_.rbegin(); at != events_.rend(); ++at) {
      if (at->kind == kind) return &*at;
    }
    return nullptr;
  }

  ServerOptions options_;
  Server* server_ = nullptr;
  std::vector<ServerEvent> events_;
  std::list<Heard> heard_;
  sim::World world_;  // ends first: what runs in it knows the others

 private:
  int clients_ = 0;
};

TEST_F(Shards, end_a_connection_on_which_nothing_happens) {
  options_.limits.idle_timeout = 60s;
  serve(echo);
  Heard& silent = talk("tcp://server:7000", {});
  world_.run_for(100s);
  EXPECT_EQ(silent.failure, "");
  EXPECT_GE(silent.ended, 60s);
  EXPECT_LE(silent.ended, 76s);
  EXPECT_EQ(last(Kind::closed)->failure, "");
}

TEST_F(Shards, leave_a_connection_alone_on_which_something_happens) {
  options_.limits.idle_timeout = 60s;
  serve(echo);
  Heard& slow = talk("tcp://server:7000", std::vector<Duration>(10, 50s));
  world_.run_for(505s);
  EXPECT_EQ(slow.text, "aaaaaaaaaa");
  EXPECT_EQ(slow.ended, Duration());
}

TEST_F(Shards, cancel_a_handler_that_waits_for_something_else_for_too_long) {
  options_.limits.idle_timeout = 60s;
  serve([](Stream stream) -> Task<> {
    Stream kept = std::move(stream);
    co_await sleep(forever);
  });
  Heard& silent = talk("tcp://server:7000", {});
  world_.run_for(200s);
  EXPECT_GT(silent.ended, 60s);
  ASSERT_TRUE(last(Kind::closed));
  EXPECT_THAT(last(Kind::closed)->failure, HasSubstr("timed out after 60 s"));
}

TEST_F(Shards, obey_new_limits_on_old_connections) {
  options_.limits.idle_timeout = forever;
  serve(echo);
  Heard& silent = talk("tcp://server:7000", {});
  world_.run_for(1000s);
  EXPECT_EQ(silent.ended, Duration());
  ServerLimits limits = options_.limits;
  limits.idle_timeout = 60s;
  server_->set_limits(limits);
  world_.run_for(100s);
  EXPECT_GE(silent.ended, 1060s);
  EXPECT_LE(silent.ended, 1076s);
}

TEST_F(Shards, are_not_held_up_by_limits_that_come_again) {
  options_.limits.idle_timeout = 60s;
  serve(echo);
  Heard& silent = talk("tcp://server:7000", {});
  for (int second = 0; second < 100; ++second) {
    server_->set_limits(options_.limits);
    world_.run_for(1s);
  }
  EXPECT_GE(silent.ended, 60s);
  EXPECT_LE(silent.ended, 76s);
}

TEST_F(Shards, take_new_times_for_handshakes) {
  options_.limits.handshake_timeout = 60s;
  serve(echo);
  ServerLimits limits = options_.limits;
  limits.handshake_timeout = 1s;
  server_->set_limits(limits);
  Heard& raw = heard_.emplace_back();
  world_.host("client").start(talk_to, "tcp://server:7001", std::vector<Duration>(), &raw, &world_);
  world_.run_for(10s);
  EXPECT_GE(raw.ended, 1s);
  EXPECT_LE(raw.ended, 2s);
}

TEST_F(Shards, tell_a_WebSocket_why_it_was_closed) {
  options_.limits.idle_timeout = 10s;
  options_.open.websocket.messages.ping_interval = forever;
  serve(echo);
  unsigned code = 0;
  std::string reason;
  auto listen = [](Network network, unsigned* its_code, std::string* its_reason) -> Task<> {
    Stream stream = co_await connect(network, "ws://server:7001/");
    WebSocket socket(std::move(stream));
    Message message = co_await socket.receive();
    EXPECT_FALSE(message);
    *its_code = socket.close_code();
    *its_reason = socket.close_reason();
  };
  world_.host("browser").start(listen, &code, &reason);
  world_.run_for(30s);
  EXPECT_EQ(code, websocket_going_away);
  EXPECT_EQ(reason, "nothing was sent for too long");
}

TEST_F(Shards, drain_by_ending_those_that_are_silent) {
  serve(echo);
  Heard& raw = talk("tcp://server:7000", {10ms});
  Heard& web = talk("ws://server:7001/", {10ms});
  world_.run_for(1s);
  server_->drain();
  world_.run_for(5s);
  EXPECT_EQ(raw.text, "a");
  EXPECT_EQ(raw.failure, "");
  EXPECT_EQ(web.text, "a");
  EXPECT_THAT(web.failure + "1001", HasSubstr("1001"));
  EXPECT_LE(raw.ended, 2s);
  EXPECT_LE(web.ended, 2s);
  ASSERT_TRUE(last(Kind::stopped));
  EXPECT_EQ(last(Kind::stopped)->cut, 0u);
}

// A WebSocket that waits for its peer's goodbye outlives the server, and the options it had of it.
TEST_F(Shards, leave_nothing_that_needs_the_server_behind) {
  serve([](Stream) -> Task<> { co_return; });
  auto stay = [](Network network) -> Task<> {
    Stream stream = co_await connect(network, "tcp://server:7001");
    co_await stream.write_all(
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    co_await sleep(20s);
  };
  world_.host("browser").start(stay);
  world_.run_for(1s);
  server_->drain();
  world_.run_for(30s);
  EXPECT_TRUE(last(Kind::stopped));
}

TEST_F(Shards, drain_serves_those_on_that_are_busy) {
  serve(echo);
  Heard& busy = talk("tcp://server:7000", std::vector<Duration>(30, 100ms));  // three seconds
  world_.run_for(1s);
  server_->drain();
  world_.run_for(9s);
  EXPECT_EQ(busy.text, std::string(30, 'a'));
  EXPECT_EQ(busy.failure, "");
  ASSERT_TRUE(last(Kind::stopped));
  EXPECT_EQ(last(Kind::stopped)->cut, 0u);
}

TEST_F(Shards, drain_ends_in_its_bound_whoever_is_there) {
  options_.limits.drain_timeout = 4s;
  serve([](Stream stream) -> Task<> {
    Stream kept = std::move(stream);
    co_await sleep(forever);
  });
  talk("tcp://server:7000", std::vector<Duration>(1000, 100ms));
  world_.run_for(1s);
  server_->drain();
  world_.run_for(3900ms);
  EXPECT_FALSE(last(Kind::stopped));
  world_.run_for(200ms);
  ASSERT_TRUE(last(Kind::stopped));
  EXPECT_EQ(last(Kind::stopped)->cut, 1u);
}

TEST_F(Shards, drain_lets_nobody_in) {
  serve(echo);
  talk("tcp://server:7000", std::vector<Duration>(20, 100ms));
  world_.run_for(500ms);
  server_->drain();
  world_.run_for(10ms);
  std::string failure;
  auto knock = [](Network network, std::string* why) -> Task<> {
    Result<Stream> stream = co_await attempt(connect(network, "tcp://server:7000"));
    if (!stream) *why = stream.error().what();
  };
  world_.host("late").start(knock, &failure);
  world_.run_for(100ms);
  EXPECT_THAT(failure, HasSubstr("refused"));
}

// A page that throws ends its connection, and gives its place to others.
TEST_F(Shards, forget_a_connection_whose_opening_threw) {
  options_.limits.connections_max = 1;
  options_.open.websocket.pages = [](const HttpRequest&) -> HttpPage {
    throw std::runtime_error("no page");
  };
  serve(echo);
  auto browse = [](Network network) -> Task<> {
    for (int round = 0; round < 3; ++round) {
      Stream stream = co_await connect(network, "tcp://server:7001");
      co_await stream.write_all("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      Result<Chunk> end = co_await attempt(stream.read_some());
      EXPECT_TRUE(!end || end->empty());
    }
  };
  world_.host("browser").start(browse);
  world_.run_for(5s);
  ASSERT_TRUE(last(Kind::closed));
  EXPECT_EQ(last(Kind::closed)->connection, 3u);
  EXPECT_EQ(last(Kind::closed)->failure, "no page");
}

// What comes too fast stays with the client, whose writes then have to wait.
TEST_F(Shards, hold_a_connection_to_its_rate_of_bytes) {
  options_.limits.bytes_per_second = 100'000;
  serve(echo);
  auto flood = [](Network network, Duration* took, sim::World* world) -> Task<> {
    Stream stream = co_await connect(network, "tcp://server:7000");
    std::string piece(10'000, 'x');
    Duration begin = world->elapsed();
    for (int index = 0; index < 100; ++index) {
      co_await stream.write_all(piece);
      co_await stream.read_exactly(writable(piece));
    }
    *took = world->elapsed() - begin;
  };
  Duration took{};
  world_.host("client").start(flood, &took, &world_);
  world_.run_for(1min);
  EXPECT_GE(took, 8900ms) << "a second's worth comes at once, and the last piece";
  EXPECT_LE(took, 10s);
}

TEST_F(Shards, hold_a_connection_to_its_rate_of_messages) {
  options_.limits.messages_per_second = 10;
  options_.limits.rate_burst = 500ms;
  serve(echo);
  auto chat = [](Network network, Duration* took, sim::World* world) -> Task<> {
    MessageStream messages(co_await connect(network, "ws://server:7001/"));
    Duration begin = world->elapsed();
    for (int index = 0; index < 25; ++index) co_await messages.send(std::to_string(index));
    for (int index = 0; index < 25; ++index) {
      Message answer = co_await messages.receive();
      EXPECT_EQ(answer.text(), std::to_string(index));
    }
    *took = world->elapsed() - begin;
  };
  Duration took{};
  world_.host("chatter").start(chat, &took, &world_);
  world_.run_for(1min);
  EXPECT_GE(took, 2s);
  EXPECT_LE(took, 2100ms);
}

TEST_F(Shards, let_those_go_whose_turn_is_far_when_the_server_drains) {
  options_.limits.messages_per_second = 1;
  options_.limits.rate_burst = Duration();
  serve(echo);
  Heard& eager = talk("tcp://server:7000", std::vector<Duration>(20, 100ms));
  world_.run_for(3s);
  server_->drain();
  world_.run_for(8s);
  EXPECT_TRUE(last(Kind::stopped));
  EXPECT_EQ(eager.failure, "");
  EXPECT_EQ(eager.text, std::string(20, 'a'));
}

TEST_F(Shards, turn_away_an_address_that_has_too_many) {
  options_.limits.connections_per_address_max = 3;
  serve(echo);
  std::size_t served = 0;
  auto hoard = [](Network network, std::size_t* count) -> Task<> {
    std::vector<Stream> streams;
    for (int index = 0; index < 5; ++index) {
      Stream stream = co_await connect(network, "tcp://server:7000");
      co_await stream.write_all("a");
      Result<Chunk> answer = co_await attempt(stream.read_some());
      *count += answer && !answer->empty();
      streams.push_back(std::move(stream));
    }
  };
  world_.host("hoarder").start(hoard, &served);
  Heard& other = talk("tcp://server:7000", {1s});
  world_.run_for(5s);
  EXPECT_EQ(served, 3u);
  EXPECT_EQ(other.text, "a");
  ASSERT_TRUE(last(Kind::refused));
  EXPECT_THAT(last(Kind::refused)->failure, HasSubstr("3 connections"));
}

TEST_F(Shards, let_others_wait_while_the_server_is_full) {
  options_.limits.connections_max = 1;
  serve(echo);
  Heard& first = heard_.emplace_back();
  Heard& second = heard_.emplace_back();
  auto talk_shortly = [](Network network, Heard* heard) -> Task<> {
    Stream stream = co_await connect(network, "tcp://server:7000");
    co_await stream.write_all("a");
    co_await sleep(2s);
    Chunk chunk = co_await stream.read_some();
    heard->text += chunk.text();
  };
  world_.host("one").start(talk_shortly, &first);
  world_.run_for(100ms);
  world_.host("two").start(talk_shortly, &second);
  world_.run_for(1s);
  EXPECT_EQ(server_->served(), 1u);
  world_.run_for(10s);
  EXPECT_EQ(first.text, "a");
  EXPECT_EQ(second.text, "a");
  EXPECT_EQ(server_->served(), 2u);
}

}  // namespace
}  // namespace bowline
