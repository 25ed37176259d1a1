#include "bowline/server/survey.h"

#include "bowline/client/connect.h"
#include "bowline/loop/loop.h"
#include "bowline/net/run.h"
#include "bowline/server/server.h"
#include "bowline/task/wait.h"
#include "tests/support/deadline.h"
#include "tests/support/open_files.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <latch>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

// Servers with threads of their own, asked from the loop of another.
namespace bowline {
namespace {

using namespace std::chrono_literals;

Task<> echo(Stream stream) {
  while (Chunk chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
}

class Survey : public ::testing::Test {
 protected:
  using Talk = std::function<void(Server& server, std::string url)>;

  Survey() { ::pthread_sigmask(SIG_SETMASK, nullptr, &mask_); }
  ~Survey() override {
    ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    EXPECT_EQ(testing::open_file_count(), files_);
  }

  // Runs `server_` with `threads` loops, and `talk` on another thread, which has it stop at last.
  void serve(unsigned threads, Handler handler, const Talk& talk) {
    std::jthread client;
    ServerOptions options;
    options.threads = threads;
    options.observe = true;
    Server* running = nullptr;
    options.observer = [&](const ServerEvent& event) {
      if (event.kind != ServerEvent::Kind::listening) return;
      client = std::jthread([&talk, &running, url = event.url] { talk(*running, url); });
    };
    Server server(options);
    running = &server;
    server.add("127.0.0.1:0", std::move(handler), "test");
    server.run();
    client.join();
  }

  testing::Deadline deadline_;

 private:
  sigset_t mask_;
  std::size_t files_ = testing::open_file_count();
};

// Connects so many, and has an answer from each.
Task<> greet(Network network, std::string url, std::vector<Stream>* streams, int count) {
  for (int index = 0; index < count; ++index) {
    Stream stream = co_await connect(network, url);
    std::byte byte{};
    co_await stream.write_all({&byte, 1});
    co_await stream.read_exactly({&byte, 1});
    streams->push_back(std::move(stream));
  }
}

Task<> look_at(Server* server, Network network, std::string url) {
  std::vector<Stream> streams;
  Task<> greeted = greet(network, url, &streams, 4);
  co_await greeted;
  ServerStatus status = co_await server->status();
  EXPECT_EQ(status.services.at(0).open, 4u);
  EXPECT_EQ(status.services.at(0).bytes_received, 4u);
  std::vector<ConnectionStatus> all = co_await server->connections();
  EXPECT_EQ(all.size(), 4u);
  auto by_number = [](auto& one, auto& other) { return one.number < other.number; };
  std::sort(all.begin(), all.end(), by_number);
  for (std::size_t index = 0; index < all.size(); ++index) {
    EXPECT_EQ(all[index].number, index + 1);
    EXPECT_EQ(all[index].messages_sent, 1u);
  }
  for (std::uint64_t number = 1; number <= 4; ++number) {
    bool ended = co_await server->end_connection(number, "enough");
    EXPECT_TRUE(ended) << number;
    Chunk end = co_await streams[number - 1].read_some();
    EXPECT_TRUE(end.empty());
  }
  server->stop();
}

TEST_F(Survey, asks_all_loops_of_a_server_from_another) {
  serve(2, echo, [](Server& server, std::string url) {
    EXPECT_EQ(run([&](Network network) { return look_at(&server, network, url); }), 0);
  });
}

Task<> trace_all(Server* server, Network network, std::string url, std::atomic<int>* count) {
  std::vector<Stream> streams;
  Task<> greeted = greet(network, url, &streams, 4);
  co_await greeted;
  for (std::uint64_t number = 1; number <= 4; ++number) {
    Tracer tracer = [count](const TraceEvent& event) { *count += event.bytes.size() == 5; };
    bool traced = co_await server->trace(number, std::move(tracer));
    EXPECT_TRUE(traced);
  }
  for (Stream& stream : streams) {
    std::string back(5, '\0');
    co_await stream.write_all("hello");
    co_await stream.read_exactly(writable(back));
  }
  server->stop();
}

TEST_F(Survey, traces_connections_on_all_loops) {
  std::atomic<int> count = 0;
  serve(2, echo, [&](Server& server, std::string url) {
    EXPECT_EQ(run([&](Network network) { return trace_all(&server, network, url, &count); }), 0);
  });
  EXPECT_EQ(count, 8);
}

TEST_F(Survey, is_answered_while_a_server_begins_stops_and_when_it_has_stopped) {
  auto ask_on = [](Network, Server* server, std::atomic<int>* asked,
                   std::atomic<bool>* over) -> Task<> {
    while (!*over) {
      ServerStatus status = co_await server->status();
      EXPECT_EQ(status.services.size(), 1u);
      bool ended = co_await server->end_connection(1000, "nobody");
      EXPECT_FALSE(ended);
      ++*asked;
    }
  };
  for (int round = 0; round < 10; ++round) {
    ServerOptions options;
    options.threads = 3;
    Server server(options);
    server.add("127.0.0.1:0", echo);
    std::atomic<int> asked = 0;
    std::atomic<bool> over = false;
    std::jthread asker(
        [&] { EXPECT_EQ(run([&](Network to) { return ask_on(to, &server, &asked, &over); }), 0); });
    std::jthread stopper([&] {
      while (asked < 5 * round) std::this_thread::yield();
      server.stop();
    });
    server.run();
    int before = asked;
    while (asked < before + 2) std::this_thread::yield();
    over = true;
  }
}

// A loop that is busy does not answer in time; who has asked goes, with the loop it was on.
TEST_F(Survey, may_be_given_up_before_all_have_answered) {
  std::latch busy(1);
  std::latch free(1);
  auto block = [&](Stream stream) {
    busy.count_down();
    free.wait();
    return echo(std::move(stream));
  };
  auto give_up = [](Server* server) -> Task<> {
    Result<ServerStatus> status = co_await attempt(within(10ms, server->status()));
    EXPECT_TRUE(!status && status.error().timed_out());
  };
  auto ask_again = [](Server* server) -> Task<> {
    ServerStatus status = co_await server->status();
    EXPECT_EQ(status.services.at(0).accepted, 1u);
    server->stop();
  };
  serve(2, block, [&](Server& server, std::string url) {
    std::unique_ptr<Loop> loop = make_loop("epoll");
    std::vector<Stream> streams;
    auto knock = [](Network network, std::string at, std::vector<Stream>* into) -> Task<> {
      into->push_back(co_await connect(network, at));
    };
    loop->run(knock(Network(*loop), url, &streams));
    busy.wait();
    for (int round = 0; round < 3; ++round) make_loop()->run(give_up(&server));
    free.count_down();
    make_loop()->run(ask_again(&server));
  });
}

}  // namespace
}  // namespace bowline
