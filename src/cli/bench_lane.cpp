#include "cli/bench_lane.h"

#include "bowline/base/url.h"
#include "bowline/net/ready.h"
#include "bowline/os/clock.h"
#include "bowline/task/wait.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

namespace bowline::cli {
namespace {

// Connections that are being made at a time: a listener's backlog is not to be put to the test.
constexpr std::size_t connecting_max = 32;

constexpr Duration silence_look = std::chrono::milliseconds(50);

// A timer that is readable when its time has come, to the nanosecond: a loop's own may count
// milliseconds (epoll_wait(2)).
int open_timer() {
  int fd = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (fd < 0) throw make_error(errno, "make a timer");
  return fd;
}

// Empty for what is no URL: connecting tells.
std::string scheme_of(const std::string& text) {
  Result<Url> url = Url::parse(text);
  return url ? url->scheme : std::string();
}

void set_timer(int fd, Time at) {
  std::uint64_t expirations;
  [[maybe_unused]] ssize_t cleared = ::read(fd, &expirations, sizeof expirations);
  std::int64_t nanoseconds = std::max<std::int64_t>(1, at.time_since_epoch().count());
  itimerspec when{};
  when.it_value = {nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  ::timerfd_settime(fd, TFD_TIMER_ABSTIME, &when, nullptr);
}

}  // namespace

BenchLane::BenchLane(const BenchOptions& options, Network network, unsigned index, unsigned count)
    : options_(options), network_(network), index_(index), lanes_(count) {
  plan_.size = options.size;
  plan_.depth = options.depth;
  plan_.paced = options.rate > 0;
  std::string scheme = scheme_of(options.url);
  plan_.datagrams = scheme == "udp" || scheme == "unixgram";
  plan_.websocket = scheme.starts_with("ws");
  connections_.resize((options.connections - index + count - 1) / count);
}

Task<> BenchLane::run(std::function<void()> connected) {
  co_await with_scope(connect_all, this);
  connected();
  co_await begin_.passed();
  Result<void> ran = co_await attempt(with_scope(run_all, this));
  // While there is a loop, so that a protocol can say its goodbye.
  for (auto& connection : connections_) connection->close();
  ran.value();
}

void BenchLane::begin(Time start) {
  start_ = start;
  plan_.measured_from = start + options_.warmup;
  if (options_.count == 0) plan_.end = later(plan_.measured_from, options_.duration);
  begin_.open();
}

std::uint64_t BenchLane::behind(Time time) const {
  std::uint64_t sum = 0;
  for (const std::unique_ptr<BenchConnection>& connection : connections_) {
    if (connection) sum += connection->behind(time);
  }
  return sum;
}

Task<> BenchLane::connect_all(Scope& scope, BenchLane* lane) {
  std::size_t tasks = std::min(connecting_max, lane->connections_.size());
  for (std::size_t index = 0; index < tasks; ++index) scope.start(lane->connect_some());
  co_return;
}

Task<> BenchLane::connect_some() {
  while (next_to_connect_ < connections_.size()) {
    std::size_t place = next_to_connect_++;
    Task<Stream> connecting = connect(network_, options_.url, options_.connect);
    Stream stream = co_await within(options_.timeout, std::move(connecting));
    auto number = unsigned(place * lanes_ + index_);
    connections_[place] = std::make_unique<BenchConnection>(std::move(stream), plan_, tally_,
                                                            number + 1, share_of(number));
    connected_.store(connected_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
}

// What of the count is for the connection of this number, counted from 0.
std::uint64_t BenchLane::share_of(unsigned number) const {
  if (options_.count == 0) return ~std::uint64_t(0);
  return options_.count / options_.connections + (number < options_.count % options_.connections);
}

Task<> BenchLane::run_all(Scope& scope, BenchLane* lane) {
  scope.start(lane->watch_silence());
  if (lane->plan_.paced) scope.start(lane->keep_pace());
  co_await with_scope(run_connections, lane);
  scope.cancel();
}

Task<> BenchLane::run_connections(Scope& scope, BenchLane* lane) {
  for (auto& connection : lane->connections_) scope.start(connection->run());
  co_return;
}

// Open loop: messages are due at a steady rate, over the connections in turn, whatever the answers.
Task<> BenchLane::keep_pace() {
  Context& context = co_await current_context();
  timer_ = os::FileDescriptor(open_timer());
  double interval = 1e9 / options_.rate;  // nanoseconds, over all lanes
  auto count = connections_.size();
  auto period = Duration(std::llround(interval * options_.connections));
  for (std::size_t place = 0; place < count; ++place) {
    double offset = interval * double(place * lanes_ + index_);
    connections_[place]->set_pace(start_ + Duration(std::llround(offset)), period);
  }
  for (std::uint64_t next = 0; !context.cancelled();) {
    Time now = os::now();
    // A look at each connection is enough, however many of its messages have become due: of the
    // cycles through all of them those before the last whole one are passed over.
    auto cycles = std::uint64_t(std::max(Duration(), now - connections_[0]->due(0)) / period);
    if (cycles > 0) next = std::max(next, (cycles - 1) * count);
    while (connections_[next % count]->due(next / count) <= now) {
      connections_[next % count]->look();
      ++next;
    }
    Time due = connections_[next % count]->due(next / count);
    if (due >= plan_.end) break;
    set_timer(timer_.get(), due);
    co_await readable(network_, timer_.get());
  }
}

Task<> BenchLane::watch_silence() {
  for (;;) {
    Result<void> slept = co_await attempt(sleep(std::min(silence_look, options_.timeout)));
    if (!slept) co_return;
    Time now = os::now();
    for (auto& connection : connections_) connection->check_silence(now, options_.timeout);
  }
}

}  // namespace bowline::cli
