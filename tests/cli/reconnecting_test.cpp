#include "cli/reconnecting.h"

#include "tests/cli/talkers.h"
#include "tests/client/client_world.h"

#include <gtest/gtest.h>

namespace bowline::cli {
namespace {

using namespace std::chrono_literals;
using bowline::testing::serve_talks;
using bowline::testing::Talk;
using testing::Pieces;
using testing::Shown;

Task<> echo(Network network, Stream stream) {
  MessageStream messages = frame_lines(network, std::move(stream));
  while (Message message = co_await messages.receive()) co_await messages.send(message);
}

class ReconnectingTest : public ::testing::Test {
 protected:
  ReconnectingTest() { world_.host("server").start(serve_talks, Talk(echo)); }

  // Talks with these lines; true when that has ended within an hour.
  bool talk(std::vector<std::string> lines, bool input_ends = true) {
    auto program = [this, lines, input_ends](Network network) {
      return hold(network, lines, input_ends);
    };
    world_.host("client").start(program);
    return world_.run_until([this] { return over_; });
  }

  ConversationOptions rules_{.messages = MessageKind::text, .lines = true};
  Shown output_;
  std::string told_;
  std::string failure_;
  bool over_ = false;
  sim::World world_;

 private:
  Task<> hold(Network network, std::vector<std::string> lines, bool input_ends) {
    Pieces input(std::move(lines), input_ends);
    ClientOptions options;
    options.connect.framing.kind = Framing::Kind::line;
    options.outbox.count_max = 3;
    auto tell = [this](const std::string& line) { told_ += line + "\n"; };
    Reconnecting conversation(network, "tcp://server:7000", std::move(options), rules_, input,
                              output_, tell);
    Result<void> held = co_await attempt(conversation.hold());
    if (!held) failure_ = held.error().what();
    over_ = true;
  }
};

TEST_F(ReconnectingTest, sends_lines_and_shows_answers_until_the_peer_ends) {
  EXPECT_TRUE(talk({"one\n", "two"}));
  EXPECT_EQ(output_.text, "one\ntwo\n[settled][end]");
  EXPECT_EQ(told_, "connected to tcp://10.0.0.1:7000; 2 messages wait\n");
}

TEST_F(ReconnectingTest, tells_why_it_has_to_try_again) {
  world_.default_link().connecting = sim::Connecting::refused;
  world_.after(10s, [this] { world_.default_link().connecting = sim::Connecting::allowed; });
  EXPECT_TRUE(talk({"one\n"}));
  EXPECT_EQ(told_.find("connect to tcp://10.0.0.1:7000: connection refused; trying again in 0."),
            0u)
      << told_;
  EXPECT_NE(told_.find(" s; 1 message waits\n"), std::string::npos) << told_;
  EXPECT_EQ(output_.text, "one\n[settled][end]");
}

TEST_F(ReconnectingTest, connects_although_there_is_nothing_to_say) {
  for (bool half_closes : {true, false}) {
    rules_.half_closes = half_closes;
    told_.clear();
    over_ = false;
    world_.default_link().connecting = sim::Connecting::refused;
    world_.after(10s, [this] { world_.default_link().connecting = sim::Connecting::allowed; });
    EXPECT_TRUE(talk({}));
    EXPECT_NE(told_.find("connected to tcp://10.0.0.1:7000\n"), std::string::npos) << told_;
  }
}

TEST_F(ReconnectingTest, tells_once_that_no_more_can_wait) {
  world_.default_link().connecting = sim::Connecting::refused;
  world_.after(10s, [this] { world_.default_link().connecting = sim::Connecting::allowed; });
  EXPECT_TRUE(talk({"1\n", "2\n", "3\n", "4\n", "5\n", "6\n", "7\n", "8\n"}));
  std::string line = "3 messages wait; no more is read until some have gone\n";
  std::size_t first = told_.find(line);
  ASSERT_NE(first, std::string::npos) << told_;
  EXPECT_EQ(told_.find(line, first + 1), std::string::npos) << told_;
  EXPECT_EQ(output_.text, "1\n2\n3\n4\n5\n6\n7\n8\n[settled][end]");
}

TEST_F(ReconnectingTest, ends_after_so_many_messages) {
  rules_.count = 2;
  EXPECT_TRUE(talk({"1\n", "2\n", "3\n"}, false));
  EXPECT_EQ(output_.text, "1\n2\n");
}

TEST_F(ReconnectingTest, hears_a_peer_out_that_must_not_be_told_the_end) {
  rules_.half_closes = false;
  EXPECT_TRUE(talk({"1\n"}));
  EXPECT_EQ(output_.text, "1\n[settled][end]");
  EXPECT_GE(world_.elapsed(), 500ms);
  EXPECT_LT(world_.elapsed(), 600ms);
}

TEST_F(ReconnectingTest, waits_for_answers_once_there_is_something_to_answer) {
  rules_.wait = 1s;
  world_.default_link().connecting = sim::Connecting::refused;
  world_.after(10s, [this] { world_.default_link().connecting = sim::Connecting::allowed; });
  EXPECT_TRUE(talk({"1\n"}));
  EXPECT_EQ(output_.text, "1\n[settled][end]");
}

}  // namespace
}  // namespace bowline::cli
