#include "bowline/server/topics.h"

#include "bowline/client/connect.h"
#include "bowline/server/server.h"
#include "bowline/sim/story.h"
#include "bowline/task/wait.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

// One Topics over two loops, whose clients come, go, break off and stop reading while the network
// misbehaves: what a client hears of a publisher is in order, without a gap where nothing may be
// dropped, and nothing is left in the end.
namespace bowline {
namespace {

using namespace std::chrono_literals;
using sim::World;

struct Ledger {
  bool may_drop = false;
  std::string wrong;
  std::uint64_t heard = 0;
  std::uint64_t visits = 0;  // each has a name of its own
};

Task<> chat(Subscriber& me) {
  me.subscribe("room");
  while (Message message = co_await me.receive()) co_await me.publish("room", message);
}

Task<> serve_topics(Network network, Topics* topics, World* world) {
  ServerOptions options;
  options.open.framing.kind = Framing::Kind::line;
  options.limits.drain_timeout = 4s;
  Server server(network, options);
  auto handler = [topics](Stream peer) { return topics->serve(std::move(peer), chat); };
  server.add("tcp://:7000", handler);
  server.add("ws://:7001", handler);
  auto drain_later = [](Server* draining, Duration time) -> Task<> {
    co_await sleep(time);
    draining->drain();
  };
  auto both = [](Scope& scope, Server* serving, Task<> draining) -> Task<> {
    scope.start(std::move(draining));
    co_await serving->serve();
  };
  Task<> draining =
      drain_later(&server, 6s + std::chrono::milliseconds(world->random().below(4000)));
  co_await with_scope(both, &server, std::move(draining));
}

// "NAME NUMBER": of each connection's names, rising from the first that was heard.
void check(std::map<std::string, std::uint64_t>& seen, std::string_view text, Ledger& ledger) {
  std::size_t space = text.find(' ');
  std::string name(text.substr(0, space));
  std::uint64_t number = std::stoull(std::string(text.substr(space + 1)));
  auto [known, is_first] = seen.try_emplace(name, number);
  bool in_order = ledger.may_drop ? number > known->second : number == known->second + 1;
  if (!is_first && !in_order) ledger.wrong = "out of order: " + std::string(text);
  known->second = number;
  ++ledger.heard;
}

Task<> say(MessageStream* messages, std::string name, std::size_t size) {
  std::string padding(size, '.');
  for (int number = 0;; ++number) {
    co_await messages->send(name + " " + std::to_string(number) + " " + padding);
    co_await sleep(20ms);
  }
}

Task<> hear(Scope& scope, MessageStream* messages, std::string name, Ledger* ledger, Duration pause,
            std::size_t size) {
  std::map<std::string, std::uint64_t> seen;
  scope.start(say(messages, std::move(name), size));
  co_await sleep(pause);
  while (Message message = co_await messages->receive()) check(seen, message.text(), *ledger);
  scope.cancel();
}

Task<> visit(Network network, std::string url, std::string name, Ledger* ledger, Duration pause,
             std::size_t size) {
  ConnectOptions options;
  if (url.starts_with("tcp")) options.framing.kind = Framing::Kind::line;
  MessageStream messages = co_await connect(network, url, options);
  co_await with_scope(hear, &messages, name, ledger, pause, size);
}

// Comes again and again, patient or not, and may not read for a while.
Task<> misbehave(Network network, World* world, Ledger* ledger) {
  Random& random = world->random();
  for (;;) {
    std::string server = random.chance(0.5) ? "one" : "two";
    std::string url =
        random.chance(0.5) ? "tcp://" + server + ":7000" : "ws://" + server + ":7001/";
    Duration pause = random.chance(0.3) ? Duration(1s) : Duration(1ms);
    std::size_t size = random.chance(0.3) ? 20'000 : 10;
    std::string name = "visitor" + std::to_string(++ledger->visits);
    Duration patience = std::chrono::milliseconds(random.between(50, 4000));
    Task<> talking = within(patience, visit(network, url, name, ledger, pause, size));
    Result<void> talked = co_await attempt(std::move(talking));
    co_await sleep(std::chrono::milliseconds(random.between(1, 300)));
  }
}

void chat_in_a_storm(World& world) {
  constexpr WhenFull rules[] = {WhenFull::wait, WhenFull::drop_oldest, WhenFull::drop_newest,
                                WhenFull::keep_latest, WhenFull::close};
  Ledger ledger;
  TopicsOptions options;
  options.queue.when_full = rules[world.random().below(5)];
  options.queue.count_max = world.random().between(2, 20);
  options.wait_max = 500ms;
  ledger.may_drop =
      options.queue.when_full != WhenFull::wait && options.queue.when_full != WhenFull::close;
  // Shared with the hosts: when this fails, they go on until the world ends.
  auto topics = std::make_shared<Topics>(options);
  world.default_link().jitter = 2ms;
  world.default_link().short_reads = 0.1;
  for (const char* name : {"one", "two"}) {
    world.host(name).start(
        [topics, &world](Network network) { return serve_topics(network, topics.get(), &world); });
  }
  for (int client = 0; client < 4; ++client) {
    world.host("client" + std::to_string(client)).start(misbehave, &world, &ledger);
  }
  world.run_for(16s);
  sim::require(ledger.wrong.empty(), ledger.wrong);
  sim::require(ledger.heard > 0, "nobody heard anything");
  TopicsCounts counts = topics->counts();
  sim::require(counts.subscribers == 0 && counts.topics == 0, "somebody is left");
  sim::require(ledger.may_drop || counts.dropped == 0, "something was dropped");
}

TEST(Stories, topics_keep_order_and_let_go_of_whom_they_lose) {
  sim::StoryOptions options{
      .seeds = 40, .faults = {.count = 6, .span = 8s}, .spared = {"one", "two"}};
  sim::StoryResult result =
      sim::tell("Stories.topics_keep_order_and_let_go_of_whom_they_lose", options, chat_in_a_storm);
  EXPECT_TRUE(result.passed) << result.report;
}

}  // namespace
}  // namespace bowline
