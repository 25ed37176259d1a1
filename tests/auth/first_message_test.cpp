#include "bowline/auth/first_message.h"

#include "bowline/client/connect.h"
#include "bowline/server/listen.h"
#include "bowline/sim/world.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/auth/checks.h"

#include <gmock/gmock.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

struct Served {
  Authenticator authenticator{testing::all_checks(), testing::without_threads()};
  std::vector<std::string> names;
  std::vector<std::string> failures;
};

Task<> serve_one(Network network, Stream stream, FirstMessage form, Served* served) {
  Task<Stream> opening = authenticate(network, std::move(stream), served->authenticator, form);
  Result<Stream> opened = co_await attempt(std::move(opening));
  if (!opened) {
    served->failures.push_back(opened.error().what());
    co_return;
  }
  served->names.push_back(identity_of(*opened)->name);
  while (Chunk chunk = co_await opened->read_some()) co_await opened->write_all(chunk);
}

Task<> accept_all(Scope& scope, Network network, Served* served) {
  Listener listener = co_await listen(network, "tcp://:7000");
  for (;;) {
    Stream stream = co_await listener.accept();
    scope.start(serve_one(network, std::move(stream), FirstMessage::line, served));
  }
}

Task<> accept_peers(Scope& scope, Network network, Served* served) {
  Datagrams socket = co_await bind(network, "udp://:7000");
  DatagramPeers peers(std::move(socket), {});
  for (;;) {
    Stream stream = co_await peers.accept();
    scope.start(serve_one(network, std::move(stream), FirstMessage::datagram, served));
  }
}

class FirstMessageTest : public ::testing::Test {
 protected:
  FirstMessageTest() {
    auto serve = [](Network network, Served* served) -> Task<> {
      return with_scope(accept_all, network, served);
    };
    auto serve_peers = [](Network network, Served* served) -> Task<> {
      return with_scope(accept_peers, network, served);
    };
    world_.host("server").start(serve, &served_);
    world_.host("gram").start(serve_peers, &served_);
    world_.run_for(1ms);
  }

  // What the server answers to these bytes up to its end, and after how long that came.
  std::string say(std::string bytes) {
    auto talk = [](Network network, std::string text, std::string* heard) -> Task<> {
      Stream stream = co_await connect(network, "tcp://server:7000");
      co_await stream.write_all(text);
      if (text.ends_with("bye")) co_await stream.write_end();
      while (Chunk chunk = co_await stream.read_some()) *heard += chunk.text();
    };
    std::string heard;
    Duration begin = world_.elapsed();
    sim::Host& client = world_.host("client");
    client.start(talk, std::move(bytes), &heard);
    EXPECT_TRUE(world_.run_until([&] { return !client.running(); }, 1min));
    took_ = world_.elapsed() - begin;
    world_.run_for(10ms);  // the server learns that the client has left
    return heard;
  }
  // What came back of "hello" after connect() with this credential, or why it failed.
  std::string talk(std::string url, Credential credential) {
    auto greet = [](Network network, std::string to, Credential who, std::string* heard,
                    std::error_code* refused) -> Task<> {
      ConnectOptions options;
      options.credential = std::move(who);
      Result<Stream> stream = co_await attempt(connect(network, to, options));
      if (!stream) {
        *heard = stream.error().what();
        *refused = stream.error().code();
        co_return;
      }
      co_await stream->write_all("hello");
      Chunk chunk = co_await stream->read_some();
      *heard = chunk.text();
    };
    std::string heard;
    sim::Host& client = world_.host("client");
    client.start(greet, std::move(url), std::move(credential), &heard, &refused_);
    EXPECT_TRUE(world_.run_until([&] { return !client.running(); }, 1min));
    world_.run_for(10ms);
    return heard;
  }

  Served served_;  // outlives the world's programs
  sim::World world_;
  Duration took_{};
  std::error_code refused_;  // why talk() failed
};

TEST_F(FirstMessageTest, says_who_it_is_and_what_follows_is_for_the_handler) {
  EXPECT_EQ(say("Authorization: Bearer ecila\nhello, bye"), "ok alice\nhello, bye");
  EXPECT_EQ(say("authorization:Bearer wrong\r\nbye"),
            "denied: these credentials are not valid here\n");
  EXPECT_THAT(served_.names, ::testing::ElementsAre("alice"));
}

TEST_F(FirstMessageTest, that_is_none_is_answered_and_ends_the_stream) {
  EXPECT_THAT(say("GET / HTTP/1.1\r\n\r\n"), HasSubstr("denied: say first: Authorization:"));
  EXPECT_THAT(served_.failures.back(), HasSubstr("is no credential"));
  EXPECT_THAT(say(std::string(10'000, 'x')), HasSubstr("denied: that is too long"));
  EXPECT_THAT(say("bye"), HasSubstr("denied: "));
  EXPECT_TRUE(served_.names.empty());
}

TEST_F(FirstMessageTest, has_a_deadline_of_its_own) {
  EXPECT_EQ(say("Authorization: Bear"), "later: you took too long\n");
  EXPECT_GE(took_, 5s);
  EXPECT_LT(took_, 8s);
  EXPECT_THAT(served_.failures.back(), HasSubstr("no credential came in time"));
}

TEST_F(FirstMessageTest, guessing_gets_slower_and_slower) {
  std::vector<Duration> times;
  for (int count = 0; count < 7; ++count) {
    EXPECT_THAT(say("Authorization: Bearer wrong\n"), HasSubstr("not valid"));
    times.push_back(took_);
  }
  EXPECT_LT(times[2], 200ms);
  EXPECT_GE(times[6], 900ms);
  EXPECT_GE(times[6], times[5] + 400ms);
  // Another address is as quick as ever.
  auto talk = [](Network network) -> Task<> {
    Stream stream = co_await connect(network, "tcp://server:7000");
    co_await stream.write_all("Authorization: Bearer wrong\n");
    Task<std::optional<std::string_view>> reading = within(200ms, stream.read_line());
    auto line = co_await reading;
    EXPECT_TRUE(line->starts_with("denied")) << *line;
  };
  world_.host("other").start(talk);
  world_.run_for(1s);
}

TEST_F(FirstMessageTest, connect_says_it_and_tells_what_the_server_answered) {
  EXPECT_EQ(talk("tcp://server:7000", Credential::bearer("ecila")), "hello");
  EXPECT_EQ(talk("tcp://server:7000", Credential::basic("carol", "lorac")), "hello");
  EXPECT_THAT(talk("tcp://server:7000", Credential::basic("carol", "wrong")),
              HasSubstr("the server says: these credentials are not valid here"));
  EXPECT_THAT(served_.names, ::testing::ElementsAre("alice", "carol"));
  EXPECT_THAT(served_.failures.back(), HasSubstr("wrong password"));
}

TEST_F(FirstMessageTest, that_was_not_looked_at_may_be_said_again_later) {
  for (int count = 0; count < 9; ++count) say("Authorization: Bearer wrong\n");
  EXPECT_THAT(talk("tcp://server:7000", Credential::bearer("ecila")),
              HasSubstr("the server says: too many failed attempts, try again in 8 s"));
  EXPECT_EQ(refused_, std::errc::resource_unavailable_try_again);
  world_.run_for(8s);
  EXPECT_THAT(talk("tcp://server:7000", Credential::bearer("wrong")), HasSubstr("not valid here"));
  EXPECT_EQ(refused_, std::errc::permission_denied);
}

// As one does that is about to end.
TEST_F(FirstMessageTest, to_a_server_that_leaves_may_be_said_again) {
  auto leave = [](Network network) -> Task<> {
    Listener listener = co_await listen(network, "tcp://:7000");
    Stream stream = co_await listener.accept();
    Chunk chunk = co_await stream.read_some();
    co_await stream.write_end();
  };
  world_.host("leaving").start(leave);
  world_.run_for(1ms);
  EXPECT_THAT(talk("tcp://leaving:7000", Credential::bearer("ecila")),
              HasSubstr("left without an answer"));
  EXPECT_EQ(refused_, make_error_code(Errc::ended_early));
}

TEST_F(FirstMessageTest, over_datagrams_each_is_one) {
  EXPECT_EQ(talk("udp://gram:7000", Credential::bearer("ecila")), "hello");
  EXPECT_THAT(talk("udp://gram:7000", Credential::bearer("wrong")), HasSubstr("not valid here"));
}

// A server that echoes would have the secret shown.
TEST_F(FirstMessageTest, an_answer_of_another_form_is_not_shown) {
  auto echo = [](Network network) -> Task<> {
    Listener listener = co_await listen(network, "tcp://:7000");
    Stream stream = co_await listener.accept();
    while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
  };
  world_.host("echo").start(echo);
  world_.run_for(1ms);
  std::string told = talk("tcp://echo:7000", Credential::bearer("ecila"));
  EXPECT_THAT(told, HasSubstr("asks for no credentials"));
  EXPECT_EQ(told.find("ecila"), std::string::npos);
}

}  // namespace
}  // namespace bowline
