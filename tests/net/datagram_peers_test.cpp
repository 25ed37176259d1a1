#include "bowline/net/datagram_peers.h"

#include "bowline/net/network.h"
#include "bowline/sim/world.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <string>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using sim::World;

constexpr std::uint16_t port = 7000;

Task<> echo(Stream stream, int* ended) {
  while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
  ++*ended;
}

Task<> echo_to_all(Scope& scope, DatagramPeers* peers, int* ended) {
  for (;;) {
    Stream stream = co_await peers->accept();
    scope.start(echo(std::move(stream), ended));
  }
}

struct Seen {
  PeerCounts counts;
  int ended = 0;
};

Task<> serve(Network network, Seen* seen, PeerLimits limits) {
  DatagramPeers peers(network.open_datagrams(Address::ipv4(0, port)), limits);
  auto watch = [](Scope& scope, DatagramPeers* from, Seen* into) -> Task<> {
    scope.start(echo_to_all(scope, from, &into->ended));
    for (;;) {
      co_await sleep(10ms);
      into->counts = from->counts();
    }
  };
  co_await with_scope(watch, &peers, seen);
}

Task<> ask(Network network, Address server, std::string text, int* answered) {
  Stream stream = network.connect_datagram_stream(server);
  co_await stream.write_all(text);
  Chunk chunk = co_await within(1s, stream.read_some());
  EXPECT_EQ(chunk.text(), text);
  ++*answered;
}

// A world with a server and the limits of its peers.
struct Peers {
  explicit Peers(PeerLimits limits = {}) {
    world.host("server").start(serve, &seen, limits);
    world.run_for(1ms);
  }
  Address server() { return world.host("server").address(port); }

  Seen seen;
  World world;
  int answered = 0;
};

TEST(DatagramPeers, each_get_a_stream_of_their_own) {
  Peers peers;
  for (int index = 0; index < 20; ++index) {
    std::string name = "client" + std::to_string(index);
    peers.world.host(name).start(ask, peers.server(), name, &peers.answered);
  }
  EXPECT_TRUE(peers.world.run_until([&] { return peers.answered == 20; }, 5s));
}

TEST(DatagramPeers, end_after_a_time_of_silence) {
  Peers peers({.idle_timeout = 5s});
  peers.world.host("one").start(ask, peers.server(), std::string("hello"), &peers.answered);
  peers.world.run_for(4s);
  peers.world.host("two").start(ask, peers.server(), std::string("hello"), &peers.answered);
  EXPECT_EQ(peers.seen.ended, 0);
  peers.world.run_for(2s);
  EXPECT_EQ(peers.seen.ended, 1);
  peers.world.run_for(4s);
  EXPECT_EQ(peers.seen.ended, 2);
  EXPECT_EQ(peers.answered, 2);
}

TEST(DatagramPeers, that_are_silent_for_longest_give_way_to_new_ones) {
  Peers peers({.peers_max = 2});
  for (const char* name : {"one", "two", "three"}) {
    peers.world.host(name).start(ask, peers.server(), std::string(name), &peers.answered);
    peers.world.run_for(1s);
  }
  EXPECT_EQ(peers.answered, 3);
  EXPECT_EQ(peers.seen.ended, 1);
  EXPECT_EQ(peers.seen.counts.evicted, 1u);
}

Task<> flood(Network network, Address server) {
  Datagrams socket = network.connect_datagrams(server);
  for (int index = 0; index < 100; ++index) co_await socket.send("more");
}

// A handler that reads nothing.
Task<> ignore(Network network, PeerCounts* counts, PeerLimits limits) {
  DatagramPeers peers(network.open_datagrams(Address::ipv4(0, port)), limits);
  std::vector<Stream> ignored;
  auto accept_all = [](DatagramPeers* from, std::vector<Stream>* into) -> Task<> {
    for (;;) {
      Stream stream = co_await from->accept();
      into->push_back(std::move(stream));
    }
  };
  Result<void> done = co_await attempt(within(1s, accept_all(&peers, &ignored)));
  *counts = peers.counts();
  std::string got;
  while (got.size() < 40) {
    Chunk chunk = co_await ignored.at(0).read_some();
    got += chunk.text();
  }
}

TEST(DatagramPeers, that_are_slow_to_read_lose_what_has_no_room) {
  PeerCounts counts;
  World world;
  world.host("server").start(ignore, &counts, PeerLimits{.queue_max = 10});
  world.run_for(1ms);
  world.host("client").start(flood, world.host("server").address(port));
  EXPECT_TRUE(world.run(10s));
  EXPECT_EQ(counts.received, 100u);
  EXPECT_EQ(counts.dropped, 90u);
}

TEST(DatagramPeers, that_are_all_slow_share_a_limit_of_bytes) {
  PeerCounts counts;
  World world;
  world.host("server").start(ignore, &counts, PeerLimits{.queued_size_max = 40});
  world.run_for(1ms);
  world.host("client").start(flood, world.host("server").address(port));
  EXPECT_TRUE(world.run(10s));
  EXPECT_EQ(counts.dropped, 90u);
}

using DatagramPeersOnTheKernel = testing::LoopTest;

Task<> accept_and_close(Network network) {
  DatagramPeers peers(network.open_datagrams(Address::ipv4(0x7F000001, 0)));
  EXPECT_EQ(peers.url(), "udp://" + peers.local_address().text());
  Datagrams client = network.connect_datagrams(peers.local_address());
  for (int round = 0; round < 3; ++round) {
    co_await client.send("new");
    Stream stream = co_await within(10s, peers.accept());
    EXPECT_EQ(stream.peer_address(), client.local_address());
    EXPECT_EQ(stream.peer_url(), client.url());
    Chunk chunk = co_await stream.read_some();
    EXPECT_EQ(chunk.text(), "new");
  }
}

TEST_F(DatagramPeersOnTheKernel, are_forgotten_with_their_stream) {
  run(accept_and_close(network_));
}

Task<> pass_over_empty_ones(Network network) {
  DatagramPeers peers(network.open_datagrams(Address::ipv4(0x7F000001, 0)));
  Datagrams sender = network.open_datagrams(Address::ipv4(0x7F000001, 0));
  for (const char* text : {"", "", "text"}) co_await sender.send_to(text, peers.local_address());
  Stream stream = co_await within(10s, peers.accept());
  Chunk chunk = co_await stream.read_some();
  EXPECT_EQ(chunk.text(), "text");
  EXPECT_EQ(peers.counts().empty, 2u);
}

TEST_F(DatagramPeersOnTheKernel, are_not_ended_by_an_empty_datagram) {
  run(pass_over_empty_ones(network_));
}

Task<> outlive(Network network) {
  Stream stream;
  Datagrams client = network.open_datagrams(Address::ipv4(0x7F000001, 0));
  {
    DatagramPeers peers(network.open_datagrams(Address::ipv4(0x7F000001, 0)));
    co_await client.send_to("first", peers.local_address());
    stream = co_await within(10s, peers.accept());
  }
  Chunk first = co_await stream.read_some();
  EXPECT_EQ(first.text(), "first");
  co_await stream.write_all("still there");
  Datagram datagram = co_await within(10s, client.receive_from());
  EXPECT_EQ(datagram.data.text(), "still there");
  Chunk end = co_await stream.read_some();
  EXPECT_TRUE(end.empty());
}

TEST_F(DatagramPeersOnTheKernel, end_when_nobody_accepts_any_more_and_can_be_answered) {
  run(outlive(network_));
}

}  // namespace
}  // namespace bowline
