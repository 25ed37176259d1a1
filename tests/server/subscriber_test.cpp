#include "bowline/server/subscriber.h"

#include "tests/server/topics_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::lines_url;
using testing::websocket_url;
using Client = testing::TopicsWorld::Client;

class SubscriberTest : public ::testing::Test, protected testing::TopicsWorld {};

TEST_F(SubscriberTest, sends_to_its_own_peer_ahead_of_what_is_queued_and_never_within) {
  serve();
  Client& slow = talk_and_pause(lines_url, {"+room", "?"}, 2s);
  for (int number = 0; number < 200; ++number) topics->try_publish("room", std::string(5000, 'x'));
  world.run_for(1s);
  EXPECT_TRUE(slow.heard.empty());
  world.run_for(5s);
  EXPECT_EQ(slow.heard.size(), 202u);
  EXPECT_EQ(std::count(slow.heard.begin(), slow.heard.end(), "ok"), 2);
  EXPECT_EQ(std::count(slow.heard.begin(), slow.heard.end(), std::string(5000, 'x')), 200);
  // It was asked when most of them were still queued.
  EXPECT_NE(slow.heard.back(), "ok");
}

TEST_F(SubscriberTest, lets_each_of_several_senders_have_its_turn) {
  auto answer_all = [](Scope& scope, Subscriber* me) -> Task<> {
    for (const char* text : {"a", "b", "c"}) {
      scope.start([](Subscriber* to, std::string what) -> Task<> {
        std::string long_text(50'000, what[0]);
        for (int number = 0; number < 10; ++number) co_await to->send(long_text);
      }(me, text));
    }
    co_return;
  };
  serve([answer_all](Subscriber& me) { return with_scope(answer_all, &me); });
  Client& client = talk_and_pause(lines_url, {}, 1s);
  world.run_for(5s);
  ASSERT_EQ(client.heard.size(), 30u);
  for (const std::string& text : client.heard) EXPECT_EQ(text, std::string(50'000, text[0]));
  EXPECT_THAT(failures, Each(IsEmpty()));
}

TEST_F(SubscriberTest, counts_what_it_did_not_get) {
  options.queue = {.count_max = 10, .when_full = WhenFull::drop_newest};
  std::uint64_t dropped = 0;
  serve([&dropped](Subscriber& me) {
    return [](Subscriber* subscriber, std::uint64_t* count) -> Task<> {
      subscriber->subscribe("room");
      co_await subscriber->receive();
      *count = subscriber->dropped();
    }(&me, &dropped);
  });
  talk_and_pause(lines_url, {}, 1h);
  Client& asking = talk(lines_url, {});
  world.after(1s, [this] {
    for (int number = 0; number < 500; ++number)
      topics->try_publish("room", std::string(1000, 'x'));
  });
  world.run_for(2s);
  EXPECT_EQ(asking.heard.size(), 10u);
  EXPECT_EQ(topics->counts().dropped, 2u * 490u);
  world.kill(world.host("client2"));
  world.run_for(1s);
  EXPECT_EQ(dropped, 490u);
}

TEST_F(SubscriberTest, ends_with_its_handler_and_says_what_that_threw) {
  serve([](Subscriber& me) -> Task<> {
    me.subscribe("room");
    co_await me.send("bye");
    throw make_error(EACCES, "serve", "nobody is welcome");
  });
  Client& client = talk(websocket_url, {});
  world.run_for(1s);
  EXPECT_THAT(client.heard, ElementsAre("bye"));
  EXPECT_THAT(failures, ElementsAre(HasSubstr("nobody is welcome")));
  EXPECT_EQ(topics->counts().subscribers, 0u);
}

TEST_F(SubscriberTest, ends_when_it_can_no_longer_be_written_to) {
  serve([](Subscriber& me) -> Task<> {
    me.subscribe("room");
    co_await sleep(forever);
  });
  talk(lines_url, {});
  world.kill(world.host("client1"));
  world.run_for(1s);
  topics->try_publish("room", "one");
  world.run_for(1s);
  topics->try_publish("room", "two");
  world.run_for(2s);
  EXPECT_THAT(failures, ElementsAre(HasSubstr("write to")));
  EXPECT_EQ(topics->counts().topics, 0u);
}

TEST_F(SubscriberTest, is_no_longer_waited_for_once_it_has_left) {
  options.queue = {.count_max = 2, .when_full = WhenFull::wait};
  serve();
  talk_and_pause(lines_url, {"+room"}, 1h);
  Client& other = talk(lines_url, {"+room"});
  std::vector<std::string> words(300, "room " + std::string(1000, 'x'));
  talk(lines_url, words);
  world.run_for(2s);
  EXPECT_LT(other.heard.size(), 301u);
  world.kill(world.host("client1"));
  world.run_for(5s);
  EXPECT_EQ(other.heard.size(), 301u);
}

}  // namespace
}  // namespace bowline
