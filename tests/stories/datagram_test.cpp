#include "bowline/client/connect.h"
#include "bowline/server/listen.h"
#include "bowline/sim/story.h"
#include "bowline/task/wait.h"

#include <gtest/gtest.h>

// Clients of an echo server over datagrams that get lost, doubled and reordered: who asks again
// until there is an answer gets each of them, and never one that is wrong.
namespace bowline {
namespace {

using namespace std::chrono_literals;
using sim::Fault;
using sim::World;

Task<> echo(Stream stream) {
  while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
}

Task<> echo_to_one(Stream stream) {
  Result<void> ended = co_await attempt(echo(std::move(stream)));
}

Task<> echo_to_all(Scope& scope, DatagramPeers* peers) {
  for (;;) {
    Result<Stream> stream = co_await attempt(peers->accept());
    if (!stream) co_return;
    scope.start(echo_to_one(std::move(*stream)));
  }
}

Task<> serve(Network network) {
  Datagrams socket = co_await bind(network, "udp://:7000");
  DatagramPeers peers(std::move(socket));
  co_await with_scope(echo_to_all, &peers);
}

Task<std::string> ask_once(Stream* stream, std::string question) {
  co_await stream->write_all(question);
  for (;;) {
    Chunk answer = co_await stream->read_some();
    // Another is late, or came twice.
    if (answer.text() == question) co_return std::string(answer.text());
    if (answer.text() > question) throw make_error(EBADMSG, "an answer from the future");
  }
}

Task<> ask(Network network, std::string name, int* answered, int count) {
  Stream stream;
  while (!stream) {
    Result<Stream> connected = co_await attempt(connect(network, "udp://server:7000"));
    if (connected) stream = std::move(*connected);
    if (!connected) co_await sleep(500ms);
  }
  while (*answered < count) {
    std::string question = name + std::to_string(1000 + *answered);
    Result<std::string> answer = co_await attempt(within(1s, ask_once(&stream, question)));
    if (answer) ++*answered;
    if (!answer && answer.error().code() == std::error_code(EBADMSG, std::generic_category())) {
      throw answer.error();
    }
    if (!answer) co_await sleep(100ms);
  }
}

void ask_until_answered(World& world) {
  constexpr int count = 20;
  static int answered[3];
  world.host("server").start(serve);
  for (int index = 0; index < 3; ++index) {
    answered[index] = 0;
    std::string name = "client" + std::to_string(index);
    world.host(name).start(ask, name, &answered[index], count);
  }
  auto done = [] { return answered[0] == count && answered[1] == count && answered[2] == count; };
  sim::require(world.run_until(done, 10min), "not all was answered");
}

TEST(DatagramStory, who_asks_again_gets_all_answers) {
  sim::StoryResult result =
      sim::tell("DatagramStory.who_asks_again_gets_all_answers",
                {.seeds = 100,
                 .faults = {.kinds = {Fault::Kind::lose, Fault::Kind::duplicate,
                                      Fault::Kind::reorder, Fault::Kind::cut, Fault::Kind::crash,
                                      Fault::Kind::slow_link, Fault::Kind::refused}}},
                ask_until_answered);
  EXPECT_TRUE(result.passed) << result.report;
}

}  // namespace
}  // namespace bowline
