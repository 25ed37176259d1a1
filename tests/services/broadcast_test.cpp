#include "bowline/services/broadcast.h"

#include "bowline/client/connect.h"
#include "bowline/server/server.h"
#include "bowline/sim/world.h"
#include "bowline/task/wait.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <string>
#include <vector>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using Strings = std::vector<std::string>;

Task<> serve_everywhere(Network network) {
  ServerOptions options;
  options.open.framing.kind = Framing::Kind::line;
  Server server(network, options);
  Handler handler = broadcast();
  for (const char* url : {"tcp://:7000", "ws://:7001", "udp://:7002"}) server.add(url, handler);
  co_await server.serve();
}

// Says hello, then its name, and hears the others.
Task<> take_part(Network network, std::string url, Duration wait, std::string name,
                 Strings* heard) {
  ConnectOptions options;
  if (name == "tcp") options.framing.kind = Framing::Kind::line;
  MessageStream messages = co_await connect(network, url, options);
  co_await messages.send("hello from " + name);
  co_await sleep(wait);
  co_await messages.send(name);
  while (Message message = co_await messages.receive()) heard->emplace_back(message.text());
}

TEST(Broadcast, gives_each_message_to_all_others_whatever_they_came_over) {
  std::list<Strings> heard;
  sim::World world;
  world.host("server").start(serve_everywhere);
  world.run_for(1ms);
  auto join = [&](std::string url, std::string name) -> Strings& {
    Strings& strings = heard.emplace_back();
    world.host(name).start(take_part, url, 1s * heard.size(), name, &strings);
    world.run_for(10ms);
    return strings;
  };
  Strings& tcp = join("tcp://server:7000", "tcp");
  Strings& ws = join("ws://server:7001/", "ws");
  Strings& udp = join("udp://server:7002", "udp");
  world.run_for(5s);
  EXPECT_THAT(tcp, ElementsAre("hello from ws", "hello from udp", "ws", "udp"));
  EXPECT_THAT(ws, ElementsAre("hello from udp", "tcp", "udp"));
  EXPECT_THAT(udp, ElementsAre("tcp", "ws"));
}

}  // namespace
}  // namespace bowline
