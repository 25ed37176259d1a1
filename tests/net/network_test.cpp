#include "bowline/net/network.h"

#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/open_files.h"
#include "tests/support/slow_names.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using testing::SlowNames;

const Address loopback = Address::ipv4(0x7F000001, 0);

// Every test leaves as many descriptors as it found.
class NetworkTest : public testing::LoopTest {
 protected:
  void TearDown() override { EXPECT_EQ(testing::open_file_count(), before_); }

 private:
  std::size_t before_ = testing::open_file_count();
};

TEST_F(NetworkTest, connects_to_where_somebody_listens) {
  auto body = [](Network network) -> Task<> {
    Listener listener = network.listen(loopback);
    Stream stream = co_await network.connect(listener.local_address());
    EXPECT_EQ(stream.peer_address(), listener.local_address());
    EXPECT_EQ(stream.peer_url(), listener.url());
    EXPECT_EQ(stream.local_address().host(), "127.0.0.1");
  };
  run(body(network_));
}

TEST_F(NetworkTest, says_nothing_of_what_to_try_where_that_is_not_wanted) {
  auto body = [](Network network, Address nobody) -> Task<> {
    Result<Stream> stream = co_await attempt(network.without_advice().connect(nobody));
    std::string text = "connect to tcp://" + nobody.text() + ": connection refused";
    EXPECT_EQ(stream.error().what(), text);
  };
  run(body(network_, Address::ipv4(0x7F000001, 1)));
}

TEST_F(NetworkTest, says_that_a_connection_was_refused_and_by_whom) {
  auto body = [](Network network, Address& nobody) -> Task<> {
    {
      Listener listener = network.listen(loopback);
      nobody = listener.local_address();
    }
    Result<Stream> stream = co_await attempt(network.connect(nobody));
    EXPECT_TRUE(stream.error().is(std::errc::connection_refused));
    std::string begin = "connect to tcp://" + nobody.text() + ": connection refused: ";
    EXPECT_EQ(std::string(stream.error().what()).find(begin), 0u) << stream.error().what();
  };
  Address nobody;
  run(body(network_, nobody));
}

TEST_F(NetworkTest, says_why_it_can_not_listen) {
  Listener listener = network_.listen(loopback);
  try {
    Listener second = network_.listen(listener.local_address());
    ADD_FAILURE() << "two listen at one address";
  } catch (const Error& error) {
    EXPECT_TRUE(error.is(std::errc::address_in_use));
    std::string begin = "listen on " + listener.url() + ": address already in use";
    EXPECT_EQ(std::string(error.what()).find(begin), 0u) << error.what();
  }
}

TEST_F(NetworkTest, can_not_connect_to_no_address) {
  auto body = [](Network network) -> Task<> {
    Result<Stream> stream = co_await attempt(network.connect(Address()));
    EXPECT_FALSE(stream.ok());
    Result<Stream> far = co_await attempt(network.connect(Address::unix_path("/no/such/socket")));
    EXPECT_TRUE(far.error().is(std::errc::no_such_file_or_directory));
  };
  run(body(network_));
}

TEST_F(NetworkTest, need_not_outlive_the_task_it_made) {
  auto body = [](Loop& loop) -> Task<> {
    Listener listener = Network(loop).listen(loopback);
    Task<Stream> connecting = Network(loop).connect(listener.local_address());
    Task<std::vector<Address>> resolving = Network(loop).resolve("localhost", 80);
    std::string other_memory(1000, 'x');
    Stream stream = co_await connecting;
    EXPECT_EQ(stream.peer_address(), listener.local_address());
    std::vector<Address> addresses = co_await resolving;
    EXPECT_FALSE(addresses.empty());
  };
  run(body(loop_));
}

TEST_F(NetworkTest, waits_for_a_listener_that_is_too_slow_to_accept) {
  // A Unix socket whose backlog is full answers at once that it is; the connecting end tries again.
  auto connect = [](Network network, Address address, int& connected) -> Task<> {
    Stream stream = co_await network.connect(address);
    ++connected;
    EXPECT_TRUE((co_await stream.read_some()).empty());
  };
  auto body = [](Scope& scope, Network network, auto connecting, int* connected) -> Task<> {
    std::string name = "bowline-full-backlog-" + std::to_string(::getpid());
    Listener listener = network.listen(Address::unix_abstract(name), {.backlog = 1});
    for (int index = 0; index < 10; ++index) {
      scope.start(connecting(network, listener.local_address(), *connected));
    }
    for (int round = 0; round < 20; ++round) co_await yield();
    EXPECT_LT(*connected, 10);
    for (int index = 0; index < 10; ++index) Stream stream = co_await listener.accept();
  };
  int connected = 0;
  run(with_scope(body, network_, connect, &connected));
  EXPECT_EQ(connected, 10);
}

TEST_F(NetworkTest, gives_up_connecting_to_a_full_listener_at_a_deadline) {
  auto body = [](Network network, Address address) -> Task<> {
    Listener listener = network.listen(address, {.backlog = 0});
    std::vector<Stream> streams;
    for (;;) {
      Result<Stream> stream =
          co_await attempt(within(20ms, network.connect(listener.local_address())));
      if (!stream) {
        EXPECT_TRUE(stream.error().timed_out()) << stream.error().what();
        break;
      }
      streams.push_back(std::move(*stream));
    }
    EXPECT_FALSE(streams.empty());
  };
  run(body(network_, loopback));
  std::string name = "bowline-full-backlog-" + std::to_string(::getpid());
  run(body(network_, Address::unix_abstract(name)));
}

TEST_F(NetworkTest, resolves_names_literals_and_the_empty_host) {
  auto body = [](Network network) -> Task<> {
    std::vector<Address> addresses = co_await network.resolve("localhost", 80);
    EXPECT_FALSE(addresses.empty());
    for (const Address& address : addresses) EXPECT_TRUE(address.is_loopback());
    addresses = co_await network.resolve("192.0.2.7", 81);
    EXPECT_EQ(addresses.at(0).text(), "192.0.2.7:81");
    addresses = co_await network.resolve("", 82);
    EXPECT_TRUE(addresses.at(0).is_loopback());
    addresses = co_await network.resolve("", 83, true);
    EXPECT_TRUE(addresses.at(0).is_unspecified());
    Result<std::vector<Address>> none =
        co_await attempt(network.resolve(std::string("no\0name", 7), 80));
    EXPECT_TRUE(none.error().is(Errc::bad_address));
  };
  run(body(network_));
}

TEST_F(NetworkTest, does_not_block_the_loop_while_it_resolves) {
  auto ask = [](Network network, bool& found) -> Task<> {
    std::vector<Address> addresses = co_await network.resolve("a.slow.test", 80);
    found = !addresses.empty();
  };
  auto body = [](Scope& scope, auto asking, Network network, SlowNames* slow) -> Task<> {
    bool found = false;
    scope.start(asking(network, found));
    co_await yield();
    slow->wait_until_running(1);
    co_await sleep(1ms);
    EXPECT_FALSE(found);
    slow->let_go();
    while (!found) co_await sleep(1ms);
  };
  SlowNames slow;
  run(with_scope(body, ask, network_, &slow));
}

TEST_F(NetworkTest, ends_a_lookup_at_a_deadline_though_its_thread_goes_on) {
  auto body = [](Network network, SlowNames& slow) -> Task<> {
    for (int round = 0; round < 8; ++round) {
      Result<std::vector<Address>> late =
          co_await attempt(within(2ms, network.resolve("a.slow.test", 80)));
      EXPECT_TRUE(late.error().timed_out());
      EXPECT_STREQ(late.error().what(), "look up a.slow.test: timed out after 2 ms");
    }
    slow.let_go();
    std::vector<Address> found = co_await network.resolve("b.slow.test", 80);
    EXPECT_FALSE(found.empty());
  };
  SlowNames slow;
  run(body(network_, slow));
}

TEST_F(NetworkTest, ends_with_lookups_that_nobody_waits_for_any_more) {
  SlowNames slow;
  {
    Loop loop(make_backend({}));
    auto body = [](Network network) -> Task<> {
      Result<std::vector<Address>> late =
          co_await attempt(within(1ms, network.resolve("a.slow.test", 80)));
      EXPECT_FALSE(late.ok());
    };
    loop.run(body(Network(loop)));
  }
  slow.let_go();
}

class SignalTest : public NetworkTest {
 protected:
  SignalTest() { ::pthread_sigmask(SIG_SETMASK, nullptr, &mask_); }
  ~SignalTest() override { ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr); }

 private:
  sigset_t mask_;
};

TEST_F(SignalTest, comes_to_the_task_that_waits_for_it) {
  auto body = [](Network network) -> Task<> {
    Task<int> signal = network.signal({SIGUSR1, SIGUSR2});
    ::raise(SIGUSR1);
    EXPECT_EQ(co_await signal, SIGUSR1);
    Task<int> other = network.signal({SIGUSR2});
    Result<int> none = co_await attempt(within(1ms, std::move(other)));
    EXPECT_TRUE(none.error().timed_out());
  };
  run(body(network_));
}

TEST_F(SignalTest, leaves_nothing_behind_when_nobody_ever_waits_for_it) {
  { Task<int> signal = network_.signal({SIGUSR1}); }
}

}  // namespace
}  // namespace bowline
