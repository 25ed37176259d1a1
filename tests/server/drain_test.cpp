#include "bowline/client/connect.h"
#include "bowline/server/server.h"
#include "bowline/sim/world.h"
#include "bowline/task/wait.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <string>
#include <vector>

// What a server that drains says in HTTP, and to those that send datagrams.
namespace bowline {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* head = "GET / HTTP/1.1\r\nHost: server\r\n";

// What a client says, each after a pause.
struct Line {
  Duration pause;
  std::string text;
};

struct Heard {
  std::string text;
  std::string failure;
  Duration ended{};  // since the world began
};

Task<> echo(Stream stream) {
  while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
}

Task<> say(Stream* stream, const std::vector<Line>* lines) {
  for (const Line& line : *lines) {
    co_await sleep(line.pause);
    co_await stream->write_all(line.text);
  }
}

Task<> say_and_hear(Scope& scope, Stream* stream, const std::vector<Line>* lines, Heard* heard) {
  scope.start(say(stream, lines));
  while (Chunk chunk = co_await stream->read_some()) heard->text += chunk.text();
  scope.cancel();
}

Task<> talk_to(Network network, std::string url, std::vector<Line> lines, Heard* heard,
               sim::World* world) {
  Stream stream = co_await connect(network, url);
  Task<> talking = with_scope(say_and_hear, &stream, &lines, heard);
  Result<void> talked = co_await attempt(std::move(talking));
  if (!talked && !talked.error().cancelled()) heard->failure = talked.error().what();
  heard->ended = world->elapsed();
}

class DrainTest : public ::testing::Test {
 protected:
  DrainTest() {
    options_.limits.drain_timeout = 20s;
    options_.open.websocket.pages = [](const HttpRequest& request) {
      HttpPage page{.body = "hello\n"};
      if (request.path != "/") page.status = 404;
      return page;
    };
  }

  void serve() {
    auto serving = [](Network network, DrainTest* test) -> Task<> {
      Server server(network, test->options_);
      test->server_ = &server;
      server.add("ws://:7001", echo);
      server.add("udp://:7002", echo);
      co_await server.serve();
      test->stopped_ = test->world_.elapsed();
    };
    world_.host("server").start(serving, this);
    world_.run_for(1ms);
  }
  Heard& talk(std::string url, std::vector<Line> lines) {
    Heard& heard = heard_.emplace_back();
    world_.host("client" + std::to_string(heard_.size()))
        .start(talk_to, url, std::move(lines), &heard, &world_);
    return heard;
  }
  void drain_at(Duration time) {
    world_.after(time, [this] { server_->drain(); });
  }

  ServerOptions options_;
  Server* server_ = nullptr;
  Duration stopped_{};
  std::list<Heard> heard_;
  sim::World world_;  // ends first: what runs in it knows the others
};

TEST_F(DrainTest, a_request_under_way_gets_its_whole_answer_and_hears_that_it_was_the_last) {
  serve();
  Heard& slow =
      talk("tcp://server:7001", {{0s, "GET / HTTP/1.1\r\n"}, {4s, "Host: server\r\n\r\n"}});
  drain_at(1s);
  world_.run_for(10s);
  EXPECT_THAT(slow.text, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(slow.text, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(slow.text, EndsWith("\r\n\r\nhello\n"));
  EXPECT_EQ(slow.failure, "");
  EXPECT_LT(stopped_, 6s);
}

TEST_F(DrainTest, so_does_one_whose_body_is_still_to_come) {
  serve();
  std::string post = "POST /nowhere HTTP/1.1\r\nHost: server\r\nContent-Length: 4\r\n\r\n";
  Heard& slow =
      talk("tcp://server:7001", {{0s, post.substr(0, 30)}, {2s, post.substr(30)}, {2s, "abcd"}});
  drain_at(1s);
  world_.run_for(10s);
  EXPECT_THAT(slow.text, StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(slow.text, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(slow.failure, "");
}

TEST_F(DrainTest, so_does_one_that_is_refused) {
  serve();
  std::string upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  Heard& refused = talk("tcp://server:7001", {{0s, head}, {2s, upgrade}});
  drain_at(1s);
  world_.run_for(10s);
  EXPECT_THAT(refused.text, StartsWith("HTTP/1.1 4"));
  EXPECT_THAT(refused.text, HasSubstr("Connection: close\r\n"));
}

TEST_F(DrainTest, a_connection_between_two_requests_ends_at_once) {
  serve();
  Heard& idle = talk("tcp://server:7001", {{0s, head + std::string("\r\n")}});
  drain_at(1s);
  world_.run_for(10s);
  EXPECT_THAT(idle.text, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(idle.text, Not(HasSubstr("Connection: close")));
  EXPECT_LT(idle.ended, 1100ms);
  EXPECT_EQ(idle.failure, "");
  EXPECT_LT(stopped_, 1500ms);
}

TEST_F(DrainTest, a_connection_without_a_request_yet_is_given_time_for_one) {
  serve();
  Heard& late = talk("tcp://server:7001", {{1200ms, head + std::string("\r\n")}});
  Heard& silent = talk("tcp://server:7001", {});
  drain_at(1s);
  world_.run_for(10s);
  EXPECT_THAT(late.text, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(late.text, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(silent.text, "");
  EXPECT_GE(silent.ended, 1500ms);
  EXPECT_LT(silent.ended, 2s);
}

TEST_F(DrainTest, a_request_that_never_ends_holds_the_server_up_for_half_the_time_at_most) {
  options_.open.websocket.http.head_timeout = 1h;
  options_.limits.handshake_timeout = 1h;
  serve();
  Heard& slow = talk("tcp://server:7001", {{0s, head}});
  drain_at(1s);
  world_.run_for(30s);
  EXPECT_THAT(slow.text, StartsWith("HTTP/1.1 400 "));
  EXPECT_LT(stopped_, 15s);
}

TEST_F(DrainTest, a_peer_of_datagrams_is_served_until_it_is_silent) {
  serve();
  Heard& known = talk("udp://server:7002", {{0s, "a"}, {1200ms, "b"}, {300ms, "c"}, {2s, "d"}});
  Heard& unknown = talk("udp://server:7002", {{1100ms, "x"}});
  drain_at(1s);
  world_.run_for(10s);
  EXPECT_EQ(known.text, "abc");
  EXPECT_EQ(unknown.text, "");
  EXPECT_GE(stopped_, 2s);
  EXPECT_LT(stopped_, 2300ms);
}

}  // namespace
}  // namespace bowline
