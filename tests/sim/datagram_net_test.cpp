#include "bowline/sim/datagram_net.h"

#include "bowline/net/network.h"
#include "bowline/sim/world.h"
#include "bowline/task/wait.h"

#include <gtest/gtest.h>

namespace bowline::sim {
namespace {

using namespace std::chrono_literals;

constexpr int sent_count = 200;

// What came, in the order in which it came.
Task<> collect(Network network, std::vector<int>* got) {
  Datagrams socket = network.open_datagrams(Address::ipv4(0, 7000));
  for (;;) {
    Datagram datagram = co_await socket.receive_from();
    got->push_back(std::stoi(std::string(datagram.data.text())));
  }
}

Task<> send_all(Network network, Address to) {
  Datagrams socket = network.connect_datagrams(to);
  for (int number = 0; number < sent_count; ++number) {
    std::string text = std::to_string(number);
    co_await socket.send(text);
    co_await sleep(10us);
  }
}

struct Pair {
  explicit Pair(std::uint64_t seed = 1) : world({.seed = seed}) {}
  Link& link() { return world.link(world.host("near"), world.host("far")); }
  std::vector<int> send() {
    world.host("far").start(collect, &got);
    world.run_for(1ms);
    world.host("near").start(send_all, world.host("far").address(7000));
    world.run_for(1min);
    return got;
  }
  std::vector<int> got;
  World world;
};

TEST(DatagramNet, gives_all_in_order_when_nothing_goes_wrong) {
  std::vector<int> got = Pair().send();
  EXPECT_EQ(got.size(), std::size_t(sent_count));
  EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
}

TEST(DatagramNet, loses_some_as_the_link_says) {
  for (double Link::*chance : {&Link::loss, &Link::datagram_loss}) {
    Pair pair;
    pair.link().*chance = 0.3;
    std::size_t count = pair.send().size();
    EXPECT_GT(count, 100u);
    EXPECT_LT(count, 180u);
    EXPECT_NE(pair.world.trace().find("datagram lost"), std::string::npos);
  }
}

TEST(DatagramNet, doubles_and_reorders_as_the_link_says) {
  Pair twice;
  twice.link().duplicates = 0.5;
  EXPECT_GT(twice.send().size(), 250u);
  Pair mixed;
  mixed.link().reorders = 0.2;
  std::vector<int> got = mixed.send();
  EXPECT_EQ(got.size(), std::size_t(sent_count));
  EXPECT_FALSE(std::is_sorted(got.begin(), got.end()));
}

TEST(DatagramNet, does_the_same_for_the_same_seed) {
  auto run = [](std::uint64_t seed) {
    Pair pair(seed);
    pair.link().loss = 0.2;
    pair.link().reorders = 0.2;
    pair.link().duplicates = 0.2;
    pair.send();
    return pair.world.trace_hash();
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

Task<> ask_nobody(Network network, Address to, std::string* failure) {
  Datagrams socket = network.connect_datagrams(to);
  co_await socket.send("anybody?");
  Result<Chunk> answer = co_await attempt(within(1s, socket.receive()));
  if (!answer) *failure = answer.error().what();
}

TEST(DatagramNet, tells_who_is_connected_that_nobody_is_there) {
  World world;
  Host& far = world.host("far");
  std::string failure;
  world.host("near").start(ask_nobody, far.address(7000), &failure);
  EXPECT_TRUE(world.run(10s));
  EXPECT_NE(failure.find("connection refused: nothing is listening there"), std::string::npos)
      << failure;
  world.link(world.host("near"), far).connecting = Connecting::unreachable;
  world.host("near").start(ask_nobody, far.address(7000), &failure);
  EXPECT_TRUE(world.run(10s));
  EXPECT_NE(failure.find("no route to host"), std::string::npos) << failure;
  world.cut(world.host("near"), far);
  world.link(world.host("near"), far).connecting = Connecting::allowed;
  world.host("near").start(ask_nobody, far.address(7000), &failure);
  EXPECT_TRUE(world.run(10s));
  EXPECT_NE(failure.find("timed out"), std::string::npos) << failure;
}

Task<> listen_to_group(Network network, Address group, int* heard) {
  Datagrams socket = network.open_datagrams(Address::ipv4(0, 7000));
  socket.join(group);
  co_await socket.receive_from();
  ++*heard;
}

Task<> send_to_group(Network network, Address group) {
  Datagrams socket = network.open_datagrams(Address::ipv4(0, 0));
  co_await socket.send_to("to all", group.with_port(7000));
}

TEST(DatagramNet, brings_what_is_for_a_group_to_all_its_members) {
  World world;
  Address group = Address::parse_ip("239.1.2.3", 0).value();
  int heard = 0;
  for (const char* name : {"one", "two", "three"}) {
    world.host(name).start(listen_to_group, group, &heard);
  }
  world.run_for(1ms);
  world.host("sender").start(send_to_group, group);
  EXPECT_TRUE(world.run(10s));
  EXPECT_EQ(heard, 3);
}

}  // namespace
}  // namespace bowline::sim
