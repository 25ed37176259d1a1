#include "bowline/client/connect.h"
#include "bowline/net/run.h"
#include "bowline/server/server.h"
#include "bowline/server/topics.h"
#include "bowline/task/wait.h"
#include "tests/support/deadline.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <future>
#include <map>
#include <string>
#include <thread>
#include <vector>

// Topics over the real network, with subscribers on several loops and publishers on other threads.
namespace bowline {
namespace {

using namespace std::chrono_literals;

constexpr int client_count = 8;
constexpr int message_count = 300;

Task<> chat(Subscriber& me) {
  me.subscribe("room");
  co_await me.send("ready");
  while (Message message = co_await me.receive()) co_await me.publish("room", message);
}

// Says its messages, and hears those of all others, each in order.
Task<> say(MessageStream* messages, int client) {
  for (int number = 0; number < message_count; ++number) {
    co_await messages->send(std::to_string(client) + " " + std::to_string(number));
  }
}

Task<> hear(MessageStream* messages, int expected) {
  std::map<std::string, int> next;
  for (int count = 0; count < expected; ++count) {
    Message message = co_await messages->receive();
    std::string text(message.text());
    std::size_t space = text.find(' ');
    EXPECT_EQ(std::stoi(text.substr(space + 1)), next[text.substr(0, space)]++) << text;
  }
}

Task<> converse(Scope& scope, std::vector<MessageStream>* clients, int per_client) {
  for (int client = 0; client < client_count; ++client) {
    scope.start(say(&(*clients)[client], client));
    scope.start(hear(&(*clients)[client], per_client));
  }
  co_return;
}

Task<std::vector<MessageStream>> connect_all(Network network, std::string url) {
  std::vector<MessageStream> clients;
  for (int client = 0; client < client_count; ++client) {
    Stream stream = co_await connect(network, url);
    clients.emplace_back(std::move(stream));
    Message ready = co_await clients.back().receive();
    EXPECT_EQ(ready.text(), "ready");
  }
  co_return clients;
}

Task<> converse_all(Network network, std::string url) {
  std::vector<MessageStream> clients = co_await connect_all(network, url);
  co_await with_scope(converse, &clients, (client_count - 1) * message_count);
}

// Each hears one of the messages that never stop.
Task<> look_in(Network network, std::string url) {
  std::vector<MessageStream> clients;
  for (int client = 0; client < client_count; ++client) {
    Stream stream = co_await connect(network, url);
    clients.emplace_back(std::move(stream));
  }
  for (MessageStream& client : clients) {
    for (bool heard = false; !heard;) {
      Message message = co_await client.receive();
      EXPECT_TRUE(message);
      heard = message.text() != "ready";
    }
  }
}

class TopicsThreads : public ::testing::Test {
 protected:
  TopicsThreads() { ::pthread_sigmask(SIG_SETMASK, nullptr, &mask_); }
  ~TopicsThreads() override { ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr); }

  // Serves with two loops while `talk(url)` runs on another thread.
  void serve(Topics& topics, const std::function<void(std::string url)>& talk) {
    ServerOptions options;
    options.threads = 2;
    std::promise<std::string> listening;
    options.observer = [&](const ServerEvent& event) {
      if (event.kind == ServerEvent::Kind::listening) listening.set_value(event.url);
    };
    Server server(options);
    server.add("ws://127.0.0.1:0",
               [&](Stream peer) { return topics.serve(std::move(peer), chat); });
    std::jthread client([&] {
      talk(listening.get_future().get());
      server.stop();
    });
    server.run();
  }

  testing::Deadline deadline_;

 private:
  sigset_t mask_;
};

TEST_F(TopicsThreads, lose_nothing_between_loops_and_keep_each_publishers_order) {
  Topics topics({.queue = {.count_max = 20, .when_full = WhenFull::wait}, .wait_max = forever});
  serve(topics, [](std::string url) {
    EXPECT_EQ(run([&](Network network) { return converse_all(network, url); }), 0);
  });
  TopicsCounts counts = topics.counts();
  EXPECT_EQ(counts.published, std::uint64_t(client_count) * message_count);
  EXPECT_EQ(counts.queued, counts.published * (client_count - 1));
  EXPECT_EQ(counts.dropped + counts.cut + counts.subscribers + counts.topics, 0u);
}

TEST_F(TopicsThreads, take_messages_from_any_thread_while_subscribers_come_and_go) {
  Topics topics({.queue = {.count_max = 5, .when_full = WhenFull::drop_oldest}});
  serve(topics, [&](std::string url) {
    std::atomic<bool> over = false;
    std::vector<std::jthread> publishers;
    for (int thread = 0; thread < 2; ++thread) {
      publishers.emplace_back([&] {
        while (!over) topics.try_publish("room", std::string(1000, 'x'));
      });
    }
    for (int round = 0; round < 5; ++round) {
      EXPECT_EQ(run([&](Network network) { return look_in(network, url); }), 0);
    }
    over = true;
  });
  TopicsCounts counts = topics.counts();
  EXPECT_EQ(counts.subscribers + counts.topics, 0u);
  EXPECT_GE(counts.queued, 5u * client_count);
}

}  // namespace
}  // namespace bowline
