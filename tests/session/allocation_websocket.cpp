// What memory an open WebSocket holds, as the allocator tells it.
#include "bowline/net/pipe.h"
#include "bowline/session/websocket.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>
#include <malloc.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;

using OpenWebSocketMemory = testing::VirtualLoopTest;

std::size_t memory_in_use() {
  return mallinfo2().uordblks;
}

Task<> echo_all(Network network, Stream stream, const WebSocketSettings* settings) {
  Stream opened = co_await accept_websocket(network, std::move(stream), *settings);
  MessageStream messages(std::move(opened));
  while (Message message = co_await messages.receive()) co_await messages.send(message);
}

TEST_F(OpenWebSocketMemory, of_compression_is_given_back_after_seconds_of_silence) {
  auto talk = [](Scope& scope, Network network, const WebSocketSettings* settings) -> Task<> {
    auto [left, right] = make_pipe(network.loop());
    scope.start(echo_all(network, std::move(right), settings));
    WebSocketConnectOptions options;
    DeflateParameters agreed;
    agreed.client_no_takeover = agreed.server_no_takeover = true;
    options.request.deflate = agreed;
    Stream opened = co_await open_websocket(network, std::move(left), "ws://host/", options);
    MessageStream messages(std::move(opened));
    std::size_t before = memory_in_use();
    std::string text(10'000, 'x');
    for (int round = 0; round < 2; ++round) {
      co_await messages.send(text);
      {
        Message back = co_await messages.receive();
        EXPECT_EQ(back.size(), text.size());
      }
      EXPECT_GT(memory_in_use() - before, 500'000u);
      co_await sleep(3001ms);
      EXPECT_LT(memory_in_use() - before, 100'000u);
    }
  };
  WebSocketSettings settings;
  settings.messages.ping_interval = forever;
  run(with_scope(talk, Network(loop_), &settings));
}

}  // namespace
}  // namespace bowline
