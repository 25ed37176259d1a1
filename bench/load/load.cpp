// The load for bench/compare.py: one thread on plain epoll, as cheap as can be, which checks every
// byte that comes back and takes the server's processor time at the edges of what it measures.
// Prints one JSON object; exits with 1 and a line on stderr when the server fails.
//
//   load NAME=VALUE...    (see options.h)
#include "bowline/base/histogram.h"
#include "connection.h"
#include "datagrams.h"
#include "options.h"
#include "server_cost.h"

#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

namespace load {
namespace {

constexpr int events_a_turn = 256;
constexpr double silence_max = 10;  // seconds
// Where the next message goes when only some connections are in use: far from the last one.
constexpr std::size_t stride = 7919;

class Echo {
 public:
  Echo(const Options& options, Target& target)
      : options_(options),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        connections_(connect_all(target, options.connections)),
        all_(options.active == 0) {
    for (Connection& connection : connections_) {
      connection.begun.resize(options.depth);
      connection.stop_waiting();
      epoll_event event{};
      event.events = EPOLLIN | EPOLLOUT | EPOLLET;
      event.data.ptr = &connection;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd(), &event);
    }
  }

  void run() {
    double start = now();
    for (std::size_t index = 0; index < (all_ ? connections_.size() : options_.active); ++index) {
      begin_messages(all_ ? connections_[index] : next_idle(), start);
    }
    run_until(start + options_.warmup);
    latency_.clear();
    ServerCost before = server_cost(options_.pid);
    double begin = now();
    run_until(begin + options_.seconds);
    ServerCost after = server_cost(options_.pid);
    if (latency_.count() == 0) fail("no message came back");
    print_cost(before, after, double(latency_.count()), now() - begin);
    std::printf(", \"p50_us\": %.2f, \"p99_us\": %.2f}\n", double(latency_.percentile(50)) / 1e3,
                double(latency_.percentile(99)) / 1e3);
  }

 private:
  void begin_messages(Connection& connection, double time) {
    std::fill(connection.begun.begin(), connection.begun.end(), time);
    connection.send_up_to(connection.answered() + options_.depth);
  }

  // A connection that has nothing under way, when only some take turns.
  Connection& next_idle() {
    std::size_t step = stride;
    do {
      next_ = (next_ + std::exchange(step, 1)) % connections_.size();
    } while (connections_[next_].begun[0] != 0);
    return connections_[next_];
  }

  void run_until(double end) {
    epoll_event events[events_a_turn];
    double heard = now();
    for (double time = heard; time < end; time = now()) {
      int count = ::epoll_wait(epoll_, events, events_a_turn, 100);
      if (count > 0) heard = time;
      if (time - heard > silence_max) fail("the server is silent");
      for (int index = 0; index < count; ++index) {
        serve(*static_cast<Connection*>(events[index].data.ptr), events[index].events);
      }
    }
  }

  void serve(Connection& connection, std::uint32_t events) {
    std::size_t before = connection.answered();
    // An edge comes but once.
    for (bool more = events & EPOLLIN; more;) {
      std::size_t size = connection.receive();
      more = size > 0 && connection.may_have_more(size);
      std::size_t whole = connection.answered();
      double time = now();
      for (std::size_t message = before; message < whole; ++message) {
        double& begun = connection.begun[message % options_.depth];
        latency_.record(std::uint64_t((time - begun) * 1e9));
        begun = time;
      }
      if (whole > before && !all_) {
        connection.begun[0] = 0;
        begin_messages(next_idle(), time);
      }
      before = whole;
    }
    if (all_) connection.send_up_to(connection.answered() + options_.depth);
  }

  const Options& options_;
  int epoll_;
  std::vector<Connection> connections_;
  bool all_;
  std::size_t next_ = 0;
  bowline::Histogram latency_;
};

// Connect, one message, close: as many at a time as there are connections. Gives how many continued
// an earlier TLS session.
std::size_t connect_and_close(const Options& options, Target& target, std::size_t first) {
  std::vector<Connection> open;
  open.reserve(options.connections);
  while (open.size() < options.connections) open.emplace_back(target, first++);
  for (Connection& connection : open) {
    connection.finish_opening();
    connection.send_up_to(1);
  }
  std::size_t resumed = 0;
  for (Connection& connection : open) {
    while (connection.answered() < 1) connection.receive();
    resumed += target.tls && connection.was_resumed();
    connection.close();
  }
  return resumed;
}

void run_accept(const Options& options, Target& target) {
  std::size_t rounds = std::max<std::size_t>(1, options.count / options.connections);
  std::size_t next = 0;
  for (std::size_t round = 0; round < rounds / 10 + 1; ++round) {
    connect_and_close(options, target, next);
    next += options.connections;
  }
  double begin = now();
  ServerCost before = server_cost(options.pid);
  std::size_t resumed = 0;
  for (std::size_t round = 0; round < rounds; ++round) {
    resumed += connect_and_close(options, target, next);
    next += options.connections;
  }
  double passed = now() - begin;
  ::usleep(50'000);  // until the server has let go what was closed
  ServerCost after = server_cost(options.pid);
  std::size_t count = rounds * options.connections;
  if (resumed != (options.resume ? count : 0)) {
    fail(std::to_string(resumed) + " of " + std::to_string(count) + " sessions were resumed");
  }
  print_cost(before, after, double(count), passed);
  std::printf("}\n");
}

void run_idle(const Options& options, Target& target) {
  constexpr std::size_t few = 100;
  // First some that come and go: code and pools that are there once are not counted.
  for (Connection& connection : connect_all(target, few)) {
    connection.ping();
    connection.close();
  }
  ::usleep(200'000);
  double before = server_memory(options.pid);
  std::vector<Connection> connections = connect_all(target, options.connections);
  ::usleep(500'000);
  double idle = server_memory(options.pid) - before;
  for (Connection& connection : connections) connection.ping();
  ::usleep(200'000);
  double after = server_memory(options.pid) - before;
  auto count = double(connections.size());
  std::printf("{\"messages\": %.0f, \"idle_bytes\": %.0f, \"used_bytes\": %.0f}\n", count,
              idle / count, after / count);
}

Target target_of(const Options& options) {
  bool websocket = options.protocol == "websocket";
  Target target{options.port, Content(options.size, websocket), websocket, nullptr};
  if (options.protocol.starts_with("tls")) {
    int version = options.protocol == "tls1.2" ? TLS1_2_VERSION : TLS1_3_VERSION;
    target.tls = std::make_unique<TlsClient>(version, options.resume);
  }
  return target;
}

}  // namespace
}  // namespace load

int main(int count, char** words) {
  using namespace load;
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  Options options = read_options(count, words);
  Target target = target_of(options);
  if (options.mode == "echo") Echo(options, target).run();
  if (options.mode == "accept") run_accept(options, target);
  if (options.mode == "idle") run_idle(options, target);
  if (options.mode == "datagrams") run_datagrams(options);
}
