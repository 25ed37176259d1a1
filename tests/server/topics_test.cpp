#include "bowline/server/topics.h"

#include "tests/server/topics_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::lines_url;
using testing::websocket_url;
using Strings = std::vector<std::string>;
using Client = testing::TopicsWorld::Client;

// "name 0 ...", "name 1 ..." and so on, each of `size` bytes.
Strings numbered(const std::string& name, int count, std::size_t size = 20) {
  Strings words;
  for (int number = 0; number < count; ++number) {
    std::string word = name + " " + std::to_string(number) + " ";
    words.push_back(word + std::string(size - word.size(), '.'));
  }
  return words;
}

// The numbers of those that were heard, from `first` on.
std::vector<int> numbers(const Client& client, std::size_t first = 1) {
  std::vector<int> all;
  for (std::size_t index = first; index < client.heard.size(); ++index) {
    all.push_back(std::stoi(client.heard[index]));
  }
  return all;
}

bool is_rising(const std::vector<int>& all) {
  return std::adjacent_find(all.begin(), all.end(), std::greater_equal<>()) == all.end();
}

class TopicsTest : public ::testing::Test, protected testing::TopicsWorld {
 protected:
  // A reader that pauses, before a publisher of `count` messages of 1000 bytes: much more than the
  // network holds, and a reader who does not pause.
  struct Outcome {
    Client* slow;
    Client* quick;
  };
  Outcome flood(const char* slow_url, WhenFull when_full, Duration pause = 2s) {
    options.queue.count_max = 50;
    options.queue.when_full = when_full;
    serve();
    Client& slow = talk_and_pause(slow_url, {"+room"}, pause);
    Client& quick = talk(lines_url, {"+room"});
    talk(lines_url, numbered("room", flood_count, 1000));
    return {&slow, &quick};
  }

  static constexpr int flood_count = 1000;
};

TEST_F(TopicsTest, give_what_is_published_to_all_others_that_subscribed) {
  serve();
  Client& one = talk(lines_url, {"+room"});
  Client& two = talk(websocket_url, {"+room", "+other"});
  Client& three = talk(lines_url, {"+other"});
  talk(lines_url, {"+room", "room hello", "nothing to nobody"});
  world.run_for(1s);
  EXPECT_THAT(one.heard, ElementsAre("ok", "hello"));
  EXPECT_THAT(two.heard, ElementsAre("ok", "ok", "hello"));
  EXPECT_THAT(three.heard, ElementsAre("ok"));
  EXPECT_THAT(clients.back().heard, ElementsAre("ok"));
  EXPECT_EQ(topics->counts().published, 2u);
  EXPECT_EQ(topics->counts().queued, 2u);
  EXPECT_EQ(topics->counts().topics, 2u);
  EXPECT_EQ(topics->counts().subscribers, 4u);
}

TEST_F(TopicsTest, give_nothing_to_those_that_have_left) {
  serve();
  Client& one = talk(lines_url, {"+room", "+room", "-room", "-room", "+other"});
  talk(lines_url, {"room hello", "other hello"});
  world.run_for(1s);
  EXPECT_THAT(one.heard, ElementsAre("ok", "ok", "ok", "ok", "ok", "hello"));
}

TEST_F(TopicsTest, forget_a_name_with_its_last_subscriber) {
  serve();
  for (int client = 0; client < 3; ++client)
    talk(lines_url, {"+room", "+r" + std::to_string(client)});
  EXPECT_EQ(topics->counts().topics, 4u);
  world.kill(world.host("client1"));
  world.kill(world.host("client2"));
  world.run_for(1s);
  EXPECT_EQ(topics->counts().topics, 2u);
  EXPECT_EQ(topics->counts().subscribers, 1u);
  world.kill(world.host("client3"));
  world.run_for(1s);
  EXPECT_EQ(topics->counts().topics, 0u);
}

TEST_F(TopicsTest, give_messages_of_several_publishers_to_all_in_one_order) {
  serve();
  Client& one = talk(lines_url, {"+room"});
  Client& two = talk(websocket_url, {"+room"});
  world.default_link().jitter = 5ms;
  for (const char* who : {"a", "b", "c"}) {
    start(lines_url, [who](MessageStream& messages) -> Task<> {
      return [](MessageStream* to, std::string name) -> Task<> {
        for (int number = 0; number < 100; ++number) {
          co_await to->send("room " + std::to_string(number) + name);
        }
      }(&messages, who);
    });
  }
  world.run_for(10s);
  EXPECT_EQ(one.heard.size(), 301u);
  EXPECT_EQ(one.heard, two.heard);
}

TEST_F(TopicsTest, have_who_publishes_wait_for_the_slowest) {
  Outcome outcome = flood(lines_url, WhenFull::wait);
  world.run_for(1s);
  // What the network holds, what is queued, and no more was published meanwhile.
  EXPECT_LT(topics->counts().published, 300u);
  EXPECT_LE(topics->counts().queued - outcome.quick->heard.size(), 300u);
  world.run_for(10s);
  EXPECT_EQ(topics->counts().published, std::uint64_t(flood_count));
  for (Client* client : {outcome.slow, outcome.quick}) {
    EXPECT_EQ(client->heard.size(), std::size_t(flood_count) + 1);
    EXPECT_TRUE(is_rising(numbers(*client)));
  }
  EXPECT_EQ(topics->counts().dropped, 0u);
}

TEST_F(TopicsTest, wait_for_nobody_for_longer_than_they_may) {
  options.wait_max = 3s;
  Outcome outcome = flood(lines_url, WhenFull::wait, 1h);
  world.run_for(2s);
  EXPECT_LT(outcome.quick->heard.size(), 300u);
  world.run_for(5s);
  EXPECT_EQ(outcome.quick->heard.size(), std::size_t(flood_count) + 1);
  EXPECT_EQ(topics->counts().cut, 1u);
  EXPECT_THAT(failures, ElementsAre(HasSubstr("it reads too slowly")));
}

TEST_F(TopicsTest, drop_the_oldest_for_who_is_slow) {
  Outcome outcome = flood(lines_url, WhenFull::drop_oldest);
  world.run_for(10s);
  std::vector<int> heard = numbers(*outcome.slow);
  EXPECT_TRUE(is_rising(heard));
  EXPECT_EQ(heard.back(), flood_count - 1);
  EXPECT_EQ(heard.size() + topics->counts().dropped, std::size_t(flood_count));
  EXPECT_GT(topics->counts().dropped, 500u);
  EXPECT_EQ(numbers(*outcome.quick).size(), std::size_t(flood_count));
}

Task<> ask(Network, Server* server, ServerStatus* status) {
  *status = co_await server->status();
}

TEST_F(TopicsTest, drop_the_newest_for_who_is_slow) {
  server_options.observe = true;
  Outcome outcome = flood(websocket_url, WhenFull::drop_newest);
  world.run_for(10s);
  std::vector<int> heard = numbers(*outcome.slow);
  EXPECT_TRUE(is_rising(heard));
  EXPECT_EQ(heard.front(), 0);
  EXPECT_LT(heard.back(), 500);
  EXPECT_EQ(heard.size() + topics->counts().dropped, std::size_t(flood_count));
  EXPECT_EQ(topics->counts().queued, heard.size() + flood_count);
  ServerStatus status;
  world.host("asker").start(ask, server, &status);
  world.run_for(1s);
  EXPECT_EQ(status.services.at(1).dropped, topics->counts().dropped);
}

TEST_F(TopicsTest, keep_only_the_latest_for_who_is_slow) {
  Outcome outcome = flood(lines_url, WhenFull::keep_latest);
  world.run_for(10s);
  std::vector<int> heard = numbers(*outcome.slow);
  EXPECT_TRUE(is_rising(heard));
  EXPECT_EQ(heard.back(), flood_count - 1);
  EXPECT_EQ(heard.size() + topics->counts().dropped, std::size_t(flood_count));
}

TEST_F(TopicsTest, close_a_slow_websocket_with_a_code_and_a_reason) {
  Outcome outcome = flood(websocket_url, WhenFull::close);
  world.run_for(10s);
  EXPECT_EQ(outcome.slow->close_code, websocket_try_again_later);
  EXPECT_TRUE(is_rising(numbers(*outcome.slow)));
  EXPECT_EQ(topics->counts().cut, 1u);
  EXPECT_EQ(topics->counts().dropped, 0u);
  EXPECT_THAT(failures, ElementsAre(HasSubstr("it reads too slowly")));
  EXPECT_EQ(numbers(*outcome.quick).size(), std::size_t(flood_count));
}

TEST_F(TopicsTest, reset_a_slow_stream) {
  Outcome outcome = flood(lines_url, WhenFull::close);
  world.run_for(10s);
  EXPECT_THAT(outcome.slow->failure, HasSubstr("reset"));
  EXPECT_THAT(failures, ElementsAre(HasSubstr("it reads too slowly")));
}

TEST_F(TopicsTest, hold_no_more_for_who_never_reads_than_they_may) {
  options.queue.size_max = 100'000;
  Outcome outcome = flood(lines_url, WhenFull::drop_newest, 1h);
  world.run_for(10s);
  // The network takes 128 KiB, the queue the rest.
  EXPECT_LE(topics->counts().queued - numbers(*outcome.quick).size(), 50u + 132u);
  EXPECT_FALSE(outcome.slow->over);
}

TEST_F(TopicsTest, limit_subscriptions_and_names) {
  options.subscriptions_max = 2;
  serve();
  talk(lines_url, {"+one", "+two", "+one"});
  EXPECT_THAT(clients.back().heard, ElementsAre("ok", "ok", "ok"));
  talk(lines_url, {"+one", "+two", "+three"});
  talk(lines_url, {"+"});
  talk(lines_url, {"+" + std::string(Topics::name_size_max + 1, 'x')});
  world.run_for(1s);
  EXPECT_THAT(failures, ElementsAre(HasSubstr("it has 2 subscriptions, and that is the limit"),
                                    HasSubstr("a name has 1 to 256 bytes"),
                                    HasSubstr("a name has 1 to 256 bytes")));
}

TEST_F(TopicsTest, refuse_what_no_queue_may_hold) {
  options.queue.size_max = 100;
  serve();
  talk(lines_url, {"room " + std::string(101, 'x')});
  world.run_for(1s);
  EXPECT_THAT(failures, ElementsAre(HasSubstr("it has 101 bytes, and a queue holds 100")));
}

TEST_F(TopicsTest, take_what_is_published_from_outside) {
  options.queue = {.count_max = 2, .when_full = WhenFull::wait};
  serve();
  Client& one = talk(lines_url, {"+room"});
  EXPECT_TRUE(topics->try_publish("room", "one"));
  EXPECT_TRUE(topics->try_publish("room", Bytes(std::string_view("two"))));
  EXPECT_FALSE(topics->try_publish("room", "three"));
  EXPECT_TRUE(topics->try_publish("nobody's", "four"));
  world.run_for(1s);
  EXPECT_TRUE(topics->try_publish("room", ""));
  EXPECT_TRUE(topics->try_publish("room", "five"));
  world.run_for(1s);
  EXPECT_THAT(one.heard, ElementsAre("ok", "one", "two", "", "five"));
}

TEST_F(TopicsTest, lose_nothing_of_what_was_published_before_the_handler_ended) {
  serve([](Subscriber& me) -> Task<> {
    me.subscribe("room");
    co_await me.receive();
  });
  Client& leaving = start(lines_url, [](MessageStream& messages) -> Task<> {
    return [](MessageStream* to) -> Task<> {
      co_await sleep(1s);
      co_await to->send_end();
      co_await sleep(1s);
    }(&messages);
  });
  for (int number = 0; number < 300; ++number) topics->try_publish("room", std::string(1000, 'x'));
  world.run_for(10s);
  EXPECT_THAT(leaving.heard, ::testing::SizeIs(300));
  EXPECT_EQ(leaving.failure, "");
  EXPECT_THAT(failures, Each(IsEmpty()));
}

TEST_F(TopicsTest, end_when_the_server_drains) {
  serve();
  Client& one = talk(websocket_url, {"+room"});
  Client& two = talk(lines_url, {"+room"});
  server->drain();
  world.run_for(2s);
  EXPECT_EQ(one.close_code, websocket_going_away);
  EXPECT_EQ(two.failure, "");
  EXPECT_TRUE(two.over);
  EXPECT_THAT(failures, Each(IsEmpty()));
}

}  // namespace
}  // namespace bowline
