#include "cli/bench_run.h"

#include "bowline/net/worker.h"
#include "bowline/os/clock.h"
#include "bowline/task/wait.h"
#include "cli/bench_lane.h"

#include <signal.h>

#include <algorithm>

namespace bowline::cli {
namespace {

constexpr Duration show_period = std::chrono::milliseconds(200);

class Bench {
 public:
  Bench(const BenchOptions& options, std::function<void(const BenchProgress&)> show);
  BenchResult run();

 private:
  Task<> conduct(Scope& scope);
  Task<> wait_until(const unsigned& count);
  Task<> run_lane(std::size_t index);
  Task<> watch(Task<int> signal);
  Task<> show_progress();
  bool is_stopping() const { return signal_ != 0 || failure_; }
  void begin();
  BenchResult result() const;

  const BenchOptions& options_;
  std::function<void(const BenchProgress&)> show_;
  std::vector<std::unique_ptr<Worker>> workers_;  // the first is this thread
  std::vector<std::unique_ptr<BenchLane>> lanes_;
  Network network_;  // this thread's
  // All of these belong to this thread; others post what they have to say.
  Gate changed_;
  unsigned connected_ = 0;
  unsigned finished_ = 0;
  int signal_ = 0;
  std::optional<Error> failure_;
  Time start_ = never;
  Time stopped_{};
};

std::vector<std::unique_ptr<Worker>> make_workers(unsigned count) {
  std::vector<std::unique_ptr<Worker>> workers(count);
  for (std::unique_ptr<Worker>& worker : workers) worker = std::make_unique<Worker>();
  return workers;
}

Bench::Bench(const BenchOptions& options, std::function<void(const BenchProgress&)> show)
    : options_(options),
      show_(std::move(show)),
      workers_(make_workers(std::min(options.threads, options.connections))),
      network_(workers_.front()->network()) {
  auto count = unsigned(workers_.size());
  for (unsigned index = 0; index < count; ++index) {
    Network network = workers_[index]->network();
    lanes_.push_back(std::make_unique<BenchLane>(options_, network, index, count));
  }
}

BenchResult Bench::run() {
  workers_.front()->run([this](Scope& scope) { return conduct(scope); });
  return result();
}

Task<> Bench::conduct(Scope& scope) {
  // Before any other thread: they inherit that these signals do not act on their own.
  scope.start(watch(network_.signal({SIGINT, SIGTERM})));
  if (show_) scope.start(show_progress());
  for (std::size_t index = 1; index < workers_.size(); ++index) workers_[index]->start_thread();
  for (std::size_t index = 0; index < workers_.size(); ++index) {
    workers_[index]->post([this, index](Scope& lane_scope) { lane_scope.start(run_lane(index)); });
  }
  co_await wait_until(connected_);
  if (!is_stopping()) begin();
  co_await wait_until(finished_);
  stopped_ = os::now();
  for (std::size_t index = 1; index < workers_.size(); ++index) workers_[index]->stop();
  for (std::size_t index = 1; index < workers_.size(); ++index) workers_[index]->join();
  scope.cancel();
}

// Until `count` is that of all lanes, or it has to end early.
Task<> Bench::wait_until(const unsigned& count) {
  while (count < lanes_.size() && !is_stopping()) {
    changed_.close();
    co_await changed_.passed();
  }
}

Task<> Bench::run_lane(std::size_t index) {
  Worker& main = *workers_.front();
  auto connected = [this, &main] {
    main.post([this](Scope&) {
      ++connected_;
      changed_.open();
    });
  };
  std::function<void()> tell = connected;
  Result<void> ran = co_await attempt(lanes_[index]->run(std::move(tell)));
  std::optional<Error> failure;
  if (!ran && !ran.error().cancelled()) failure = ran.error();
  main.post([this, failure = std::move(failure)](Scope&) {
    ++finished_;
    if (failure && !is_stopping()) failure_ = failure;
    changed_.open();
  });
}

void Bench::begin() {
  start_ = os::now();
  for (std::size_t index = 0; index < workers_.size(); ++index) {
    workers_[index]->post([this, index](Scope&) { lanes_[index]->begin(start_); });
  }
}

Task<> Bench::watch(Task<int> signal) {
  Result<int> number = co_await attempt(std::move(signal));
  if (!number) co_return;
  signal_ = *number;
  changed_.open();
}

Task<> Bench::show_progress() {
  for (;;) {
    Result<void> slept = co_await attempt(sleep(show_period));
    if (!slept) co_return;
    BenchProgress progress;
    for (auto& lane : lanes_) {
      progress.connected += lane->connected();
      progress.answers += lane->answers();
    }
    if (start_ != never) progress.passed = os::now() - start_;
    show_(progress);
  }
}

BenchResult Bench::result() const {
  BenchResult result;
  result.signal = signal_;
  result.failure = failure_;
  if (start_ == never) return result;
  Time last_answer{};
  for (auto& lane : lanes_) {
    result.latency.add(lane->tally().latency);
    result.messages += lane->tally().messages;
    result.lost += lane->tally().lost;
    result.behind += lane->behind(is_stopping() ? stopped_ : never);
    last_answer = std::max(last_answer, lane->tally().last_answer);
  }
  Time measured_from = start_ + options_.warmup;
  Time end = options_.count ? last_answer : later(measured_from, options_.duration);
  if (is_stopping()) end = std::min(end, stopped_);
  result.measured = std::max(Duration(), end - measured_from);
  return result;
}

}  // namespace

BenchResult run_bench(const BenchOptions& options, std::function<void(const BenchProgress&)> show) {
  Bench bench(options, std::move(show));
  return bench.run();
}

}  // namespace bowline::cli
