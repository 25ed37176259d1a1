#include "bowline/net/worker.h"

#include "bowline/loop/loop.h"
#include "bowline/net/run.h"
#include "bowline/task/wait.h"

namespace bowline {
namespace {

Task<> idle() {
  Result<void> stopped = co_await attempt(sleep(forever));
}

}  // namespace

Worker::Worker(std::string_view backend, Duration spin) : loop_(make_loop(backend, spin)) {}

Worker::~Worker() {
  if (!thread_.joinable()) return;
  stop();
  join();
}

void Worker::run(std::function<Task<>(Scope&)> body) {
  auto run_in = [this, &body](Scope& scope) {
    scope_ = &scope;
    return body(scope);
  };
  loop_->run(with_scope(run_in));
}

void Worker::start_thread() {
  thread_ = std::thread([this] { run([](Scope&) { return idle(); }); });
}

// The scope is there by then: a loop begins its tasks before it reads its mail.
void Worker::post(std::function<void(Scope&)> work) {
  loop_->post([this, work = std::move(work)] { work(*scope_); });
}

void Worker::stop() {
  loop_->stop();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace bowline
