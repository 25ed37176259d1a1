#include "bowline/client/race.h"

#include "bowline/sim/world.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/open_files.h"
#include "tests/support/watched_backend.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace bowline {
namespace {

using namespace std::chrono_literals;

const Address loopback = Address::ipv4(0x7F000001, 0);

Address loopback6() {
  Address::Ipv6Bytes bytes{};
  bytes.back() = 1;
  return Address::ipv6(bytes, 0);
}

std::string shown(const std::vector<Address>& addresses) {
  std::string text;
  for (const Address& address : addresses) text += address.text() + " ";
  return text;
}

// An address that nobody listens at.
Address nobody(Network network) {
  return network.listen(loopback).local_address();
}

// One whose listener is full and does not accept: a connection to it neither succeeds nor fails.
struct Silent {
  explicit Silent(Network network) : listener(network.listen(loopback, {.backlog = 0})) {}
  Task<> fill(Network network) {
    for (;;) {
      Result<Stream> stream =
          co_await attempt(within(20ms, network.connect(listener.local_address())));
      if (!stream) co_return;
      streams.push_back(std::move(*stream));
    }
  }
  Listener listener;
  std::vector<Stream> streams;
};

// With a clock that the test moves on: head starts cost no time.
class RaceTest : public ::testing::Test {
 protected:
  void run(Task<> main) { loop_.run(std::move(main)); }
  void TearDown() override { EXPECT_EQ(testing::open_file_count(), before_); }

  testing::Deadline deadline_;
  testing::WatchedBackend* watched_ = new testing::WatchedBackend(make_backend({}));
  Loop loop_{std::unique_ptr<Backend>(watched_)};
  Network network_{loop_};

 private:
  std::size_t before_ = testing::open_file_count();
};

TEST(Interleave, lets_the_families_take_turns) {
  auto v4 = [](int host) { return Address::ipv4(static_cast<std::uint32_t>(host), 1); };
  auto v6 = [](std::uint8_t host) { return Address::ipv6({host}, 1); };
  EXPECT_EQ(shown(interleave({v6(1), v6(2), v6(3), v4(1), v4(2)})),
            shown({v6(1), v4(1), v6(2), v4(2), v6(3)}));
  EXPECT_EQ(shown(interleave({v4(1), v6(1), v6(2)})), shown({v4(1), v6(1), v6(2)}));
  EXPECT_EQ(shown(interleave({v4(1), v4(2)})), shown({v4(1), v4(2)}));
  EXPECT_TRUE(interleave({v4(1)}).size() == 1);
}

TEST_F(RaceTest, connects_to_the_only_address) {
  auto body = [](Network network) -> Task<> {
    Listener listener = network.listen(loopback);
    std::vector<Address> addresses = {listener.local_address()};
    Stream stream = co_await race(network, addresses);
    EXPECT_EQ(stream.peer_address(), listener.local_address());
  };
  run(body(network_));
}

// In a world, whose clock shows whether anything was waited for.
TEST(Race, goes_straight_on_to_the_next_address_when_one_refuses) {
  sim::World world;
  auto body = [](Network network, bool* connected) -> Task<> {
    Listener listener = network.listen(loopback);
    std::vector<Address> addresses = {nobody(network), nobody(network), nobody(network),
                                      listener.local_address()};
    Stream stream = co_await race(network, addresses);
    EXPECT_EQ(stream.peer_address(), listener.local_address());
    *connected = true;
  };
  bool connected = false;
  world.host("here").start(body, &connected);
  EXPECT_TRUE(world.run_until([&] { return connected; }, head_start / 2));
}

TEST(Race, fails_at_once_and_as_the_first_address_did_when_all_do) {
  sim::World world;
  auto body = [](Network network, bool* failed) -> Task<> {
    Address first = nobody(network);
    std::vector<Address> addresses = {first, Address::unix_path("/no/such/socket")};
    Result<Stream> stream = co_await attempt(race(network, addresses));
    EXPECT_TRUE(stream.error().is(std::errc::connection_refused));
    EXPECT_NE(std::string(stream.error().what()).find(first.text()), std::string::npos);
    *failed = true;
  };
  bool failed = false;
  world.host("here").start(body, &failed);
  EXPECT_TRUE(world.run_until([&] { return failed; }, head_start / 2));
}

TEST_F(RaceTest, lets_the_next_address_join_when_one_is_silent_and_drops_the_loser) {
  auto move_clock_on = [](testing::WatchedBackend& watched, bool& over) -> Task<> {
    while (!over) {
      watched.advance(10ms);
      co_await yield();
    }
  };
  auto body = [](Scope& scope, auto moving, Network network, auto* watched) -> Task<> {
    Silent silent(network);
    co_await silent.fill(network);
    Listener listener = network.listen(loopback);
    std::vector<Address> addresses = {silent.listener.local_address(), listener.local_address()};
    bool over = false;
    Time begin = network.now();
    scope.start(moving(*watched, over));
    Stream stream = co_await race(network, addresses);
    over = true;
    EXPECT_EQ(stream.peer_address(), listener.local_address());
    EXPECT_GE(network.now() - begin, head_start);
    EXPECT_EQ(watched->under_way(), 0u) << "the loser is still connecting";
    co_await yield();
  };
  run(with_scope(body, move_clock_on, network_, watched_));
}

TEST_F(RaceTest, ends_all_runners_at_a_deadline) {
  auto body = [](Network network, testing::WatchedBackend& watched) -> Task<> {
    Silent silent(network);
    co_await silent.fill(network);
    std::vector<Address> addresses(3, silent.listener.local_address());
    Result<Stream> stream = co_await attempt(within(30ms, race(network, addresses)));
    EXPECT_TRUE(stream.error().timed_out());
    EXPECT_EQ(watched.under_way(), 0u);
  };
  run(body(network_, *watched_));
}

TEST_F(RaceTest, takes_either_family) {
  auto body = [](Network network, Address where) -> Task<> {
    Listener listener = network.listen(where);
    std::uint16_t port = listener.local_address().port();
    std::vector<Address> addresses = {loopback6().with_port(port), loopback.with_port(port)};
    Stream stream = co_await race(network, addresses);
    EXPECT_EQ(stream.peer_address(), listener.local_address());
  };
  run(body(network_, loopback));
  run(body(network_, loopback6()));
}

TEST_F(RaceTest, needs_an_address) {
  EXPECT_DEATH(run([](Network network) -> Task<> { co_await race(network, {}); }(network_)),
               "check failed");
}

}  // namespace
}  // namespace bowline
