#include "bowline/net/listener.h"

#include "bowline/net/network.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/open_files.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using ListenerTest = testing::LoopTest;

const Address loopback = Address::ipv4(0x7F000001, 0);

TEST_F(ListenerTest, says_where_it_listens) {
  Listener listener = network_.listen(loopback);
  EXPECT_NE(listener.local_address().port(), 0);
  std::string port = std::to_string(listener.local_address().port());
  EXPECT_EQ(listener.url(), "tcp://127.0.0.1:" + port);
  Listener hidden = network_.listen(Address::unix_abstract("bowline-listener-test-" + port));
  EXPECT_EQ(hidden.url(), "unix:@bowline-listener-test-" + port);
}

TEST_F(ListenerTest, gives_a_stream_for_each_connection_in_their_order) {
  auto body = [](Network network) -> Task<> {
    Listener listener = network.listen(loopback);
    std::vector<Stream> clients;
    for (int index = 0; index < 5; ++index) {
      Stream client = co_await network.connect(listener.local_address());
      clients.push_back(std::move(client));
    }
    for (Stream& client : clients) {
      Stream stream = co_await listener.accept();
      EXPECT_EQ(stream.peer_address(), client.local_address());
      EXPECT_EQ(stream.local_address(), client.peer_address());
    }
  };
  run(body(network_));
}

TEST_F(ListenerTest, gives_a_handle_that_a_network_adopts) {
  auto body = [](Network network) -> Task<> {
    Listener listener = network.listen(loopback);
    Stream client = co_await network.connect(listener.local_address());
    Accepted accepted = co_await listener.accept_handle();
    EXPECT_EQ(accepted.peer, client.local_address());
    Stream stream = network.adopt(accepted);
    co_await client.write_all("hello");
    Chunk chunk = co_await stream.read_some();
    EXPECT_EQ(chunk.text(), "hello");
  };
  std::size_t before = testing::open_file_count();
  run(body(network_));
  EXPECT_EQ(testing::open_file_count(), before);
}

TEST_F(ListenerTest, waits_for_a_connection_until_a_deadline_and_then_takes_the_next) {
  auto body = [](Network network) -> Task<> {
    Listener listener = network.listen(loopback);
    Result<Stream> none = co_await attempt(within(5ms, listener.accept()));
    EXPECT_TRUE(none.error().timed_out());
    EXPECT_EQ(std::string(none.error().what()),
              "accept on " + listener.url() + ": timed out after 5 ms");
    Stream client = co_await network.connect(listener.local_address());
    Stream stream = co_await listener.accept();
    EXPECT_EQ(stream.peer_address(), client.local_address());
  };
  run(body(network_));
}

TEST_F(ListenerTest, refuses_connections_once_it_is_gone) {
  auto body = [](Network network) -> Task<> {
    Address address;
    {
      Listener listener = network.listen(loopback);
      address = listener.local_address();
    }
    Result<Stream> stream = co_await attempt(network.connect(address));
    EXPECT_TRUE(stream.error().is(std::errc::connection_refused));
  };
  run(body(network_));
}

TEST_F(ListenerTest, can_be_moved_between_accepts) {
  auto body = [](Network network) -> Task<> {
    Listener first = network.listen(loopback);
    Stream client = co_await network.connect(first.local_address());
    Listener second = std::move(first);
    Stream stream = co_await second.accept();
    EXPECT_EQ(stream.peer_address(), client.local_address());
    Listener third = network.listen(loopback);
    third = std::move(second);
    Stream another = co_await network.connect(third.local_address());
    Stream accepted = co_await third.accept();
    EXPECT_EQ(accepted.peer_address(), another.local_address());
  };
  std::size_t before = testing::open_file_count();
  run(body(network_));
  EXPECT_EQ(testing::open_file_count(), before);
}

TEST_F(ListenerTest, skips_nothing_when_connections_are_reset_before_they_are_accepted) {
  auto body = [](Network network) -> Task<> {
    Listener listener = network.listen(loopback);
    for (int round = 0; round < 20; ++round) {
      {
        Stream rude = co_await network.connect(listener.local_address());
        rude.set_option(Option::linger, 0);
      }
      Stream client = co_await network.connect(listener.local_address());
      Stream stream = co_await listener.accept();
      if (stream.peer_address() != client.local_address()) {
        Result<Chunk> chunk = co_await attempt(stream.read_some());
        EXPECT_TRUE(chunk.error().is(std::errc::connection_reset));
        stream = co_await listener.accept();
      }
      EXPECT_EQ(stream.peer_address(), client.local_address());
    }
  };
  run(body(network_));
}

}  // namespace
}  // namespace bowline
