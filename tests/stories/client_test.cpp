#include "bowline/client/client.h"

#include "bowline/server/listen.h"
#include "bowline/session/framing.h"
#include "bowline/sim/story.h"
#include "bowline/task/wait.h"

#include <gtest/gtest.h>

// Clients that come back, before a service that knows messages by their ids: through cuts, resets,
// half-open connections and restarts of the server, each message arrives once and in order.
namespace bowline {
namespace {

using namespace std::chrono_literals;
using sim::World;

constexpr std::uint64_t message_count = 60;

// What the service keeps on its disk of one client, and what the client knows.
struct Ledger {
  std::string id;
  std::uint64_t delivered = 0;     // messages 1 to this
  std::uint64_t acknowledged = 0;  // as far as the client heard
  bool ended = false;              // the client had nothing more to do
  std::string wrong;
};
using Ledgers = std::vector<Ledger>;

// "CLIENT NUMBER": delivered when it is the next, known when it came before; both are answered.
void take(Ledgers& ledgers, std::string_view text) {
  Ledger& ledger = ledgers[static_cast<std::size_t>(text[0] - 'a')];
  std::uint64_t number = std::stoull(std::string(text.substr(2)));
  if (number == ledger.delivered + 1) ++ledger.delivered;
  if (number > ledger.delivered) ledger.wrong = "a message was lost before " + std::string(text);
}

Task<> serve_messages(MessageStream messages, Ledgers* ledgers) {
  while (Message message = co_await messages.receive()) {
    take(*ledgers, message.text());
    co_await messages.send(message);
  }
}

Task<> serve_one(Network network, Stream stream, Ledgers* ledgers, bool websocket) {
  static const WebSocketSettings settings;
  if (websocket) {
    stream = co_await accept_websocket(network, std::move(stream), settings);
  } else {
    stream = frame_lines(network, std::move(stream));
  }
  if (stream) co_await serve_messages(std::move(stream), ledgers);
}

Task<> serve_well(Network network, Stream stream, Ledgers* ledgers, bool websocket) {
  Task<> serving = serve_one(network, std::move(stream), ledgers, websocket);
  Result<void> ended = co_await attempt(std::move(serving));
}

Task<> accept_all(Scope& scope, Network network, Ledgers* ledgers, bool websocket) {
  Listener listener = co_await listen(network, ":7000");
  for (;;) {
    Result<Stream> stream = co_await attempt(listener.accept());
    if (stream) {
      scope.start(serve_well(network, std::move(*stream), ledgers, websocket));
      continue;
    }
    if (stream.error().cancelled()) co_return;
    co_await sleep(100ms);  // out of handles
  }
}

Task<> serve_ids(Network network, Ledgers* ledgers, bool websocket) {
  co_await with_scope(accept_all, network, ledgers, websocket);
}

Task<> send_all(Client* client, const Ledger* ledger) {
  for (std::uint64_t number = 1; number <= message_count; ++number) {
    std::uint64_t given = co_await client->send(ledger->id + " " + std::to_string(number));
    sim::require(given == number, "a message got another number");
    co_await sleep(100ms);
  }
  client->finish();
}

Task<> talk(Scope& scope, Client* client, Ledger* ledger) {
  scope.start(client->run());
  scope.start(send_all(client, ledger));
  while (Message message = co_await client->receive()) {
    std::uint64_t number = std::stoull(std::string(message.text().substr(2)));
    if (number > ledger->delivered) ledger->wrong = "acknowledged what was not delivered";
    if (number > ledger->acknowledged + 1) ledger->wrong = "an acknowledgement is missing";
    ledger->acknowledged = std::max(ledger->acknowledged, number);
    client->acknowledge(number);
  }
  ledger->ended = true;
}

Task<> use_client(Network network, std::string url, Ledger* ledger) {
  ClientOptions options;
  options.connect.framing.kind = Framing::Kind::line;
  options.connect.websocket.messages.ping_interval = 2s;
  options.connect.websocket.messages.pong_timeout = 2s;
  options.connect_timeout = 3s;
  options.peer_timeout = 5s;
  options.backoff = {.first = 100ms, .max = 2s, .stable_time = 1s};
  options.outbox = {.count_max = 8, .until_acknowledged = true};
  Client client(network, url, std::move(options));
  co_await with_scope(talk, &client, ledger);
}

void deliver_once_in_order(World& world, bool websocket) {
  Ledgers ledgers(2);
  std::string url = websocket ? "ws://server:7000/" : "tcp://server:7000";
  world.default_link().jitter = 1ms;
  world.host("server").start(serve_ids, &ledgers, websocket);
  for (std::size_t index = 0; index < ledgers.size(); ++index) {
    ledgers[index].id = std::string(1, static_cast<char>('a' + index));
    world.host("client " + ledgers[index].id).start(use_client, url, &ledgers[index]);
  }
  auto done = [&] {
    return std::all_of(ledgers.begin(), ledgers.end(),
                       [](const Ledger& ledger) { return ledger.ended; });
  };
  bool all = world.run_until(done, 10min);
  for (const Ledger& ledger : ledgers) sim::require(ledger.wrong.empty(), ledger.wrong);
  sim::require(all, "not everything was acknowledged\n" + world.netstat());
  for (const Ledger& ledger : ledgers) {
    sim::require(ledger.acknowledged == message_count, "it ended before all was acknowledged");
    sim::require(ledger.delivered == message_count, "more was delivered than was sent");
  }
}

const sim::StoryOptions many_faults{
    .seeds = 150, .faults = {.count = 10, .span = 20s}, .spared = {"client a", "client b"}};

TEST(Stories, client_that_comes_back_loses_nothing_over_tcp) {
  sim::StoryResult result =
      sim::tell("Stories.client_that_comes_back_loses_nothing_over_tcp", many_faults,
                [](World& world) { deliver_once_in_order(world, false); });
  EXPECT_TRUE(result.passed) << result.report;
}

TEST(Stories, client_that_comes_back_loses_nothing_over_websocket) {
  sim::StoryResult result =
      sim::tell("Stories.client_that_comes_back_loses_nothing_over_websocket", many_faults,
                [](World& world) { deliver_once_in_order(world, true); });
  EXPECT_TRUE(result.passed) << result.report;
}

}  // namespace
}  // namespace bowline
