#include "bowline/loop/loop.h"
#include "bowline/net/datagram_peers.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/conformance/setting.h"
#include "tests/support/allocation_count.h"
#include "tests/support/deadline.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace bowline::conformance {
namespace {

using namespace std::chrono_literals;
using testing::allocation_count;

constexpr std::size_t message_size = 64;
constexpr int warm_up = 1'000;

// One message in and out again; false at the end of the stream.
using Step = Task<bool> (*)(Stream& stream);

Task<> echo_plainly(Stream& stream) {
  while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
}

Task<bool> echo_once(Stream& stream) {
  Chunk chunk = co_await stream.read_some();
  if (chunk.empty()) co_return false;
  co_await stream.write_all(chunk);
  co_return true;
}

Task<bool> echo_in_time(Stream& stream) {
  Chunk chunk = co_await within(1min, stream.read_some());
  if (chunk.empty()) co_return false;
  co_await within(1min, stream.write_all(chunk));
  co_return true;
}

Task<bool> echo_without_exceptions(Stream& stream) {
  Result<Chunk> chunk = co_await attempt(stream.read_some());
  if (!chunk || chunk->empty()) co_return false;
  Result<void> written = co_await attempt(stream.write_all(*chunk));
  co_return written.ok();
}

Task<bool> echo_line(Stream& stream) {
  std::optional<std::string_view> line = co_await stream.read_line();
  if (!line) co_return false;
  co_await stream.write_all(*line);
  co_await stream.write_all("\n");
  co_return true;
}

Task<> serve(Stream& stream, Step step) {
  if (!step) {
    co_await echo_plainly(stream);
    co_return;
  }
  bool more = true;
  while (more) more = co_await step(stream);
}

// How many allocations `rounds` round trips take, of both ends together.
Task<> ask(Scope& scope, Link* link, Step step, int rounds, std::size_t* count) {
  scope.start(serve(link->right, step));
  std::string message(message_size, 'x');
  message.back() = '\n';
  std::string answer(message_size, '\0');
  std::size_t before = 0;
  for (int round = -warm_up; round < rounds; ++round) {
    if (round == 0) before = allocation_count();
    co_await link->left.write_all(message);
    co_await link->left.read_exactly(writable(answer));
  }
  *count = allocation_count() - before;
  EXPECT_EQ(answer, message);
  co_await link->left.write_end();
}

Task<> link_and_ask(const Setting* setting, Network network, Step step, int rounds,
                    std::size_t* count) {
  Link link = co_await setting->link(network);
  co_await with_scope(ask, &link, step, rounds, count);
}

std::size_t allocations(const Setting& setting, Step step, int rounds) {
  Loop loop(setting.backend());
  std::size_t count = ~std::size_t(0);
  loop.run(link_and_ask(&setting, Network(loop), step, rounds, &count));
  return count;
}

class Allocation : public ::testing::TestWithParam<Setting> {
 protected:
  void expect_none(const char* how, Step step) {
    int rounds = is_measured() ? 50'000 : 1'000;
    std::size_t count = allocations(GetParam(), step, rounds);
    EXPECT_EQ(count, 0u);
    if (is_measured()) {
      std::printf("%zu allocations for %d round trips, %s\n", count, rounds, how);
    }
  }

 private:
  // One transport of each backend goes the whole way.
  static bool is_measured() {
    for (const Setting& setting : backends()) {
      if (setting.name == GetParam().name) return true;
    }
    return false;
  }
  testing::Deadline deadline_;
};

std::vector<Setting> sockets() {
  std::vector<Setting> all = kernel_tcp_settings();
  for (Setting& setting : unix_settings()) all.push_back(std::move(setting));
  return all;
}

std::string name_of(const ::testing::TestParamInfo<Setting>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Over, Allocation, ::testing::ValuesIn(sockets()), name_of);

TEST_P(Allocation, is_not_needed_to_read_and_write) {
  expect_none("reading chunks", nullptr);
}

TEST_P(Allocation, is_not_needed_to_call_a_task_for_each_message) {
  expect_none("a task for each message", echo_once);
}

TEST_P(Allocation, is_not_needed_for_deadlines) {
  expect_none("with deadlines", echo_in_time);
}

TEST_P(Allocation, is_not_needed_for_results_in_place_of_exceptions) {
  expect_none("with attempt()", echo_without_exceptions);
}

TEST_P(Allocation, is_not_needed_to_read_lines) {
  expect_none("reading lines", echo_line);
}

// Datagrams there and back; false when it is over.
struct DatagramRounds {
  const char* how;
  Task<> (*run)(Network network, int rounds, std::size_t* count);
};

Task<> exchange_datagrams(Network network, int rounds, std::size_t* count) {
  Datagrams server = network.open_datagrams(Address::ipv4(0x7F000001, 0));
  Datagrams client = network.connect_datagrams(server.local_address());
  std::string message(message_size, 'x');
  std::size_t before = 0;
  for (int round = -warm_up; round < rounds; ++round) {
    if (round == 0) before = allocation_count();
    co_await client.send(message);
    Datagram datagram = co_await within(1min, server.receive_from());
    co_await server.send_to(datagram.data, datagram.address);
    Result<Chunk> answer = co_await attempt(client.receive());
    EXPECT_EQ(answer->size(), message_size);
  }
  *count = allocation_count() - before;
}

Task<> exchange_batches(Network network, int rounds, std::size_t* count) {
  Datagrams server = network.open_datagrams(Address::ipv4(0x7F000001, 0));
  Datagrams client = network.connect_datagrams(server.local_address());
  std::string message(message_size, 'x');
  std::vector<Outgoing> sent(16);
  for (Outgoing& one : sent) one.bytes = message;
  std::vector<Datagram> got(16);
  std::size_t before = 0;
  for (int round = -warm_up; round < rounds; ++round) {
    if (round == 0) before = allocation_count();
    co_await client.send_batch(sent);
    for (std::size_t size = 0; size < sent.size();) size += co_await server.receive_batch(got);
    co_await client.send_segments(message, 16);
    for (int index = 0; index < 4; ++index) {
      Datagram part = co_await server.receive_from();
      EXPECT_EQ(part.data.size(), 16u);
    }
  }
  *count = allocation_count() - before;
}

Task<> serve_peers(Scope& scope, DatagramPeers* peers) {
  for (;;) {
    Result<Stream> stream = co_await attempt(peers->accept());
    if (!stream) co_return;
    // Moved into a task of its own scope.
    auto serve_one = [](Stream one) -> Task<> { co_await echo_plainly(one); };
    scope.start(serve_one(std::move(*stream)));
  }
}

Task<> ask_peers(Scope& scope, Network network, DatagramPeers* peers, int rounds,
                 std::size_t* count) {
  scope.start(serve_peers(scope, peers));
  Stream client = network.connect_datagram_stream(peers->local_address());
  std::string message(message_size, 'x');
  std::size_t before = 0;
  for (int round = -warm_up; round < rounds; ++round) {
    if (round == 0) before = allocation_count();
    co_await client.write_all(message);
    Chunk answer = co_await client.read_some();
    EXPECT_EQ(answer.size(), message_size);
  }
  *count = allocation_count() - before;
  scope.cancel();
}

Task<> exchange_with_peers(Network network, int rounds, std::size_t* count) {
  DatagramPeers peers(network.open_datagrams(Address::ipv4(0x7F000001, 0)));
  Result<void> ended = co_await attempt(with_scope(ask_peers, network, &peers, rounds, count));
}

class DatagramAllocation : public ::testing::TestWithParam<Setting> {};

std::vector<Setting> kernel_backends() {
  std::vector<Setting> all = backends();
  std::erase_if(all, [](const Setting& setting) { return !setting.is_kernel; });
  return all;
}

INSTANTIATE_TEST_SUITE_P(Over, DatagramAllocation, ::testing::ValuesIn(kernel_backends()), name_of);

TEST_P(DatagramAllocation, is_not_needed_for_datagrams) {
  constexpr int rounds = 10'000;
  for (DatagramRounds each : {DatagramRounds{"datagrams", exchange_datagrams},
                              DatagramRounds{"batches of datagrams", exchange_batches},
                              DatagramRounds{"peers of a socket", exchange_with_peers}}) {
    Loop loop(GetParam().backend());
    std::size_t count = ~std::size_t(0);
    loop.run(each.run(Network(loop), rounds, &count));
    EXPECT_EQ(count, 0u) << each.how;
    std::printf("%zu allocations for %d round trips, %s\n", count, rounds, each.how);
  }
}

// So that the counting itself can be trusted.
TEST(AllocationCount, counts) {
  std::size_t before = allocation_count();
  std::string text(1000, 'x');
  EXPECT_EQ(text.size(), 1000u);
  EXPECT_EQ(allocation_count() - before, 1u);
}

}  // namespace
}  // namespace bowline::conformance
