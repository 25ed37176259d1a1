#include "bowline/os/address.h"
#include "bowline/os/socket_calls.h"
#include "tests/conformance/conformance.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <vector>

namespace bowline::conformance {
namespace {

class Pressure : public Conformance {};
class Listening : public Conformance {};
class OnBackend : public Conformance {};

INSTANTIATE_TEST_SUITE_P(Over, Pressure, ::testing::ValuesIn(settings()), setting_name);
INSTANTIATE_TEST_SUITE_P(Over, Listening, ::testing::ValuesIn(kernel_tcp_settings()), setting_name);
INSTANTIATE_TEST_SUITE_P(Over, OnBackend, ::testing::ValuesIn(backends()), setting_name);

// Resident memory of this process, in bytes.
std::size_t resident_memory() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST_P(Pressure, of_a_writer_is_held_back_by_a_reader_that_never_reads) {
  if (!setting().plain) GTEST_SKIP() << "one write is one message, which is framed as a whole";
  run([](Stream& left, Stream&) -> Task<> {
    std::string big(64 << 20, 'x');
    std::size_t before = resident_memory();
    Result<void> written = co_await attempt(within(50ms, left.write_all(big)));
    EXPECT_TRUE(!written && written.error().timed_out());
    EXPECT_LT(resident_memory(), before + (8 << 20)) << "what was not read is kept";
  });
}

TEST_P(Pressure, of_many_small_writes_is_held_back_as_well) {
  run([](Stream& left, Stream&) -> Task<> {
    auto write_for_ever = [](Stream& stream, std::size_t& count) -> Task<> {
      std::string text(1000, 'x');
      for (;; ++count) co_await stream.write_all(text);
    };
    std::size_t count = 0;
    Result<void> written = co_await attempt(within(50ms, write_for_ever(left, count)));
    EXPECT_TRUE(!written && written.error().timed_out());
    EXPECT_LT(count, 64'000u);
  });
}

TEST_P(Pressure, does_not_keep_the_other_direction_from_going_on) {
  if (!setting().plain) GTEST_SKIP() << "who closes still reads up to the other's goodbye";
  run([](Stream& left, Stream& right) -> Task<> {
    auto both = [](Scope& scope, Stream* from, Stream* to) -> Task<> {
      std::string big(16 << 20, 'x');
      bool stop = false;
      auto fill = [](Stream& stream, std::string& text) -> Task<> {
        Result<void> written = co_await attempt(stream.write_all(text));
        EXPECT_FALSE(written.ok());
      };
      auto empty = [](Stream& stream, bool& over) -> Task<> {
        for (int round = 0; round < 100; ++round) {
          std::string room(4, '\0');
          co_await stream.read_exactly(writable(room));
          EXPECT_EQ(room, "back");
        }
        over = true;
      };
      scope.start(fill(*from, big));
      scope.start(empty(*from, stop));
      for (int round = 0; round < 100; ++round) co_await to->write_all("back");
      while (!stop) co_await yield();
      *to = Stream();
      while (scope.count() > 1) co_await yield();
    };
    co_await with_scope(both, &left, &right);
  });
}

// A pair that is always busy, beside one that plays ping-pong: how often the busy one gets its turn
// for each round trip of the other is bounded.
struct Busy {
  std::uint64_t operations = 0;
  bool stop = false;
};

Task<> write_always(Stream& stream, Busy& busy) {
  std::string text(512, 'x');
  for (; !busy.stop; ++busy.operations) co_await stream.write_all(text);
  co_await stream.write_end();
}

Task<> read_always(Stream& stream, Busy& busy) {
  while (Chunk chunk = co_await stream.read_some()) ++busy.operations;
}

Task<> return_ball(Stream& stream) {
  std::byte ball;
  while (co_await stream.read_some(MutableBytes(&ball, 1)) > 0) {
    co_await stream.write_all(bowline::Bytes(&ball, 1));
  }
}

Task<> play_beside(Scope& scope, Link* busy_link, Link* link, Busy* busy) {
  scope.start(write_always(busy_link->left, *busy));
  scope.start(read_always(busy_link->right, *busy));
  scope.start(return_ball(link->right));
  std::uint64_t most = 0;
  std::byte ball{1};
  for (int round = 0; round < 200; ++round) {
    std::uint64_t before = busy->operations;
    co_await link->left.write_all(bowline::Bytes(&ball, 1));
    co_await link->left.read_exactly(MutableBytes(&ball, 1));
    most = std::max(most, busy->operations - before);
  }
  EXPECT_LE(most, 2'000u) << "operations of the busy pair during one round trip";
  EXPECT_GT(busy->operations, 0u);
  busy->stop = true;
  co_await link->left.write_end();
}

TEST_P(Pressure, of_one_busy_connection_does_not_starve_another) {
  auto body = [](const Setting& how, Network network) -> Task<> {
    Link busy_link = co_await how.link(network);
    Link link = co_await how.link(network);
    Busy busy;
    co_await with_scope(play_beside, &busy_link, &link, &busy);
  };
  run(body(setting(), world_->network()));
}

TEST_P(Pressure, of_busy_connections_does_not_keep_a_timer_from_firing) {
  auto beside = [](Scope& scope, Link* link, Busy* busy) -> Task<> {
    scope.start(write_always(link->left, *busy));
    scope.start(read_always(link->right, *busy));
    for (int round = 0; round < 20; ++round) {
      std::uint64_t before = busy->operations;
      co_await sleep(1ns);
      EXPECT_LE(busy->operations - before, 2'000u);
    }
    busy->stop = true;
  };
  auto body = [](const Setting& how, Network network, auto sleeping) -> Task<> {
    Link link = co_await how.link(network);
    Busy busy;
    co_await with_scope(sleeping, &link, &busy);
  };
  run(body(setting(), world_->network(), beside));
}

TEST_P(OnBackend, ten_thousand_timers_fire_in_their_order_and_not_early) {
  auto one = [](Loop& loop, Duration wait, std::vector<Time>& ends) -> Task<> {
    Time due = loop.now() + wait;
    co_await sleep(wait);
    EXPECT_GE(loop.now(), due);
    ends.push_back(due);
  };
  auto body = [](Scope& scope, Loop* loop, auto sleeping, std::vector<Time>* ends) -> Task<> {
    std::mt19937 random(99);
    for (int index = 0; index < 10'000; ++index) {
      scope.start(sleeping(*loop, Duration(random() % 50'000'000), *ends));
    }
    co_return;
  };
  std::vector<Time> ends;
  run(with_scope(body, &world_->loop(), one, &ends));
  EXPECT_EQ(ends.size(), 10'000u);
  EXPECT_TRUE(std::ranges::is_sorted(ends));
}

// The kernel has no descriptor left: accepting fails and says why, and the connection waits until
// there is one.
TEST_P(Listening, goes_on_after_descriptors_ran_out) {
  auto body = [](Network network, Address address) -> Task<> {
    Listener listener = network.listen(address);
    Stream first = co_await network.connect(listener.local_address());
    Stream second = co_await network.connect(listener.local_address());
    {
      testing::OpenFileLimit none(3);
      for (int round = 0; round < 3; ++round) {
        Result<Stream> failed = co_await attempt(listener.accept());
        EXPECT_TRUE(!failed && failed.error().is(std::errc::too_many_files_open));
        Result<Stream> client = co_await attempt(network.connect(listener.local_address()));
        EXPECT_TRUE(!client && client.error().is(std::errc::too_many_files_open));
        EXPECT_THROW(network.listen(address), Error);
      }
    }
    Stream accepted = co_await within(10s, listener.accept());
    EXPECT_EQ(accepted.peer_address(), first.local_address());
    Stream next = co_await within(10s, listener.accept());
    EXPECT_EQ(next.peer_address(), second.local_address());
  };
  auto where = [](const Setting& how, Network network, Address& address) -> Task<> {
    Link link = co_await how.link(network);
    address = link.left.peer_address().with_port(0);
  };
  Address address;
  run(where(setting(), world_->network(), address));
  run(body(world_->network(), address));
}

// Accepting that waits while descriptors run out is woken by the connection and fails then.
TEST_P(Listening, that_waits_is_told_when_descriptors_ran_out) {
  auto accept = [](Listener& listener, int& failures, Stream& accepted) -> Task<> {
    for (;;) {
      Result<Stream> stream = co_await attempt(listener.accept());
      if (stream) {
        accepted = std::move(*stream);
        co_return;
      }
      ++failures;
      co_await sleep(1ms);
    }
  };
  auto body = [](Scope& scope, const Setting* how, Network network, auto accepting) -> Task<> {
    Link link = co_await how->link(network);
    Listener listener = network.listen(link.left.peer_address().with_port(0));
    int failures = 0;
    Stream accepted;
    scope.start(accepting(listener, failures, accepted));
    co_await yield();
    Address place = listener.local_address();
    os::FileDescriptor client(os::open_socket(place.family(), SOCK_STREAM));
    {
      testing::OpenFileLimit none(3);
      EXPECT_EQ(os::connect_to(client.get(), place), 0);
      while (failures < 3) co_await sleep(1ms);
    }
    while (!accepted) co_await sleep(1ms);
    Address from;
    os::local_address(client.get(), from);
    EXPECT_EQ(accepted.peer_address(), from);
  };
  run(with_scope(body, &setting(), world_->network(), accept));
}

}  // namespace
}  // namespace bowline::conformance
