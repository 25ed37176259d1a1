// The load for bench/compare.py: one thread on plain epoll, as cheap as can be, which checks every
// byte that comes back and takes the server's processor time at the edges of what it measures.
// Prints one JSON object; exits with 1 and a line on stderr when the server fails.
//
//   load echo|accept|idle PORT PID CONNECTIONS SIZE DEPTH WARMUP SECONDS
//
// For accept, SECONDS is how many connections in all.
#include "bowline/base/histogram.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace {

using bowline::Histogram;

// What a connection sends is an endless stream: byte k of connection c is table[(c * step + k) mod
// period]. A prime period, so that buffers which change places meet other bytes.
constexpr std::size_t period = 65521;
constexpr std::size_t step = 7919;
constexpr std::size_t burst_max = 1 << 20;
constexpr int events_a_turn = 256;
constexpr std::size_t connecting_max = 64;
constexpr double silence_max = 10;  // seconds

char incoming[256 * 1024];
std::vector<char> table;

struct Options {
  std::string mode;
  int port = 0;
  int pid = 0;
  std::size_t connections = 1;
  std::size_t size = 64;
  std::size_t depth = 1;
  double warmup = 0;
  double seconds = 1;  // accept: how many connections in all
};

struct Connection {
  int fd = -1;
  std::size_t number = 0;
  std::size_t sent = 0;       // bytes
  std::size_t received = 0;   // bytes
  std::size_t allowed = 0;    // bytes that may be sent so far
  std::vector<double> begun;  // when each message under way was begun
};

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "load: %s\n", what.c_str());
  std::exit(1);
}

[[noreturn]] void fail_with_errno(const std::string& what) {
  fail(what + ": " + std::strerror(errno));
}

double seconds_of(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) fail_with_errno("the server's clock");
  return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

double now() {
  return seconds_of(CLOCK_MONOTONIC);
}

// User and system time of all threads of the process.
double processor_time(int pid) {
  clockid_t clock{};
  if (::clock_getcpuclockid(pid, &clock) != 0) fail("the server has ended");
  return seconds_of(clock);
}

// Memory of its own that the process has in use: bytes.
double memory_of(int pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == "RssAnon:" && status >> kilobytes) return kilobytes * 1024;
  }
  fail("the server's memory can't be read");
}

void make_table() {
  table.resize(period + burst_max);
  std::uint64_t state = 1;
  for (std::size_t index = 0; index < table.size(); ++index) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    table[index] = index < period ? char(state >> 56) : table[index - period];
  }
}

const char* stream_at(const Connection& connection, std::size_t place) {
  return &table[(connection.number * step + place) % period];
}

// Each thousand has a source address of its own, so that ports last.
int connect_to(const Options& options, std::size_t number) {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail_with_errno("socket");
  int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + std::uint32_t(number / 1000 % 200));
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(std::uint16_t(options.port));
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) {
    fail_with_errno("connect");
  }
  return fd;
}

void send_allowed(Connection& connection, int flags) {
  while (connection.sent < connection.allowed) {
    std::size_t size = std::min(connection.allowed - connection.sent, burst_max);
    ssize_t count =
        ::send(connection.fd, stream_at(connection, connection.sent), size, MSG_NOSIGNAL | flags);
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) fail_with_errno("send");
    connection.sent += std::size_t(count);
  }
}

// Gives how many bytes came, at least one, all of them right.
std::size_t receive(Connection& connection, int flags) {
  ssize_t count = ::recv(connection.fd, incoming, sizeof incoming, flags);
  if (count < 0 && errno == EAGAIN) return 0;
  if (count < 0) fail_with_errno("receive");
  if (count == 0) fail("the server closed connection " + std::to_string(connection.number));
  auto size = std::size_t(count);
  if (connection.received + size > connection.sent) fail("more came than was sent");
  if (std::memcmp(incoming, stream_at(connection, connection.received), size) != 0) {
    fail("wrong bytes on connection " + std::to_string(connection.number) + " after byte " +
         std::to_string(connection.received));
  }
  connection.received += size;
  return size;
}

// One message there and back, waiting for it.
void ping(Connection& connection, std::size_t size) {
  connection.allowed += size;
  send_allowed(connection, 0);
  while (connection.received < connection.allowed) receive(connection, 0);
}

std::vector<Connection> connect_all(const Options& options) {
  std::vector<Connection> connections(options.connections);
  for (std::size_t number = 0; number < connections.size(); ++number) {
    connections[number].number = number;
    connections[number].fd = connect_to(options, number);
    // A pause for the server to accept: what a full backlog drops is tried again a second later.
    if (number % connecting_max == connecting_max - 1) ::usleep(1000);
  }
  return connections;
}

class Echo {
 public:
  explicit Echo(const Options& options)
      : options_(options),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        connections_(connect_all(options)) {
    for (Connection& connection : connections_) {
      connection.begun.resize(options.depth);
      epoll_event event{};
      event.events = EPOLLIN | EPOLLOUT | EPOLLET;
      event.data.ptr = &connection;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
    }
  }

  void run() {
    double start = now();
    for (Connection& connection : connections_) {
      std::fill(connection.begun.begin(), connection.begun.end(), start);
      connection.allowed = options_.size * options_.depth;
      send_allowed(connection, MSG_DONTWAIT);
    }
    run_until(start + options_.warmup);
    latency_.clear();
    double processor = processor_time(options_.pid);
    double begin = now();
    run_until(begin + options_.seconds);
    double used = processor_time(options_.pid) - processor;
    double passed = now() - begin;
    double count = double(latency_.count());
    if (latency_.count() == 0) fail("no message came back");
    std::printf(
        "{\"messages\": %.0f, \"cpu_us\": %.4f, \"rate\": %.0f, \"p50_us\": %.2f, "
        "\"p99_us\": %.2f}\n",
        count, used / count * 1e6, count / passed, double(latency_.percentile(50)) / 1e3,
        double(latency_.percentile(99)) / 1e3);
  }

 private:
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
    std::size_t size = events & EPOLLIN ? receive(connection, MSG_DONTWAIT) : 0;
    if (size > 0) {
      std::size_t whole = connection.received / options_.size;
      double time = now();
      for (std::size_t done = (connection.received - size) / options_.size; done < whole; ++done) {
        double& begun = connection.begun[done % options_.depth];
        latency_.record(std::uint64_t((time - begun) * 1e9));
        begun = time;
      }
      connection.allowed = (whole + options_.depth) * options_.size;
      // A full buffer may have left something behind, and its edge is past.
      if (size == sizeof incoming) serve(connection, EPOLLIN);
    }
    send_allowed(connection, MSG_DONTWAIT);
  }

  const Options& options_;
  int epoll_;
  std::vector<Connection> connections_;
  Histogram latency_;
};

// Connect, one message, close: as many at a time as there are connections.
void connect_and_close(const Options& options, std::size_t first) {
  std::vector<Connection> open(options.connections);
  for (Connection& connection : open) {
    connection.number = first++;
    connection.fd = connect_to(options, connection.number);
    connection.allowed = options.size;
    send_allowed(connection, 0);
  }
  for (Connection& connection : open) {
    while (connection.received < options.size) receive(connection, 0);
    ::close(connection.fd);
  }
}

// Connect, one message, close: as many at a time as there are connections.
void run_accept(const Options& options) {
  std::size_t rounds = std::max<std::size_t>(1, std::size_t(options.seconds) / options.connections);
  std::size_t warmup = rounds / 10 + 1;
  for (std::size_t round = 0; round < warmup; ++round) {
    connect_and_close(options, round * options.connections);
  }
  double begin = now();
  double processor = processor_time(options.pid);
  for (std::size_t round = warmup; round < warmup + rounds; ++round) {
    connect_and_close(options, round * options.connections);
  }
  double passed = now() - begin;
  ::usleep(50'000);  // until the server has let go what was closed
  double used = processor_time(options.pid) - processor;
  double count = double(rounds * options.connections);
  std::printf("{\"messages\": %.0f, \"cpu_us\": %.4f, \"rate\": %.0f}\n", count, used / count * 1e6,
              count / passed);
}

void run_idle(const Options& options) {
  // First a few that come and go: code and pools that are there once are not counted.
  Options few = options;
  few.connections = 100;
  for (Connection& connection : connect_all(few)) {
    ping(connection, options.size);
    ::close(connection.fd);
  }
  ::usleep(200'000);
  double before = memory_of(options.pid);
  std::vector<Connection> connections = connect_all(options);
  ::usleep(500'000);
  double idle = memory_of(options.pid) - before;
  for (Connection& connection : connections) ping(connection, options.size);
  ::usleep(200'000);
  double after = memory_of(options.pid) - before;
  auto count = double(connections.size());
  std::printf("{\"messages\": %.0f, \"idle_bytes\": %.0f, \"used_bytes\": %.0f}\n", count,
              idle / count, after / count);
}

}  // namespace

int main(int count, char** words) {
  if (count != 9) fail("usage: load MODE PORT PID CONNECTIONS SIZE DEPTH WARMUP SECONDS");
  Options options;
  options.mode = words[1];
  options.port = std::atoi(words[2]);
  options.pid = std::atoi(words[3]);
  options.connections = std::strtoul(words[4], nullptr, 10);
  options.size = std::strtoul(words[5], nullptr, 10);
  options.depth = std::strtoul(words[6], nullptr, 10);
  options.warmup = std::strtod(words[7], nullptr);
  options.seconds = std::strtod(words[8], nullptr);
  make_table();
  if (options.mode == "echo") Echo(options).run();
  if (options.mode == "accept") run_accept(options);
  if (options.mode == "idle") run_idle(options);
}
