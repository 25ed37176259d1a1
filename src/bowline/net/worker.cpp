#include "bowline/net/worker.h"

#include "bowline/loop/loop.h"
#include "bowline/net/run.h"
#include "bowline/task/wait.h"

#include <future>

namespace bowline {
namespace {

// The promise is shared: it is at work when who waits for it has gone on.
using Outcome = std::shared_ptr<std::promise<Result<void>>>;

// `body` is there until the outcome is.
Task<> answer(const std::function<Task<>(Scope&)>& body, Scope& scope, Outcome outcome) {
  try {
    Task<> work = body(scope);
    Result<void> result = co_await attempt(std::move(work));
    outcome->set_value(std::move(result));
  } catch (...) {
    outcome->set_exception(std::current_exception());
  }
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
  thread_ = std::thread([this] {
    run([this](Scope&) { return with_scope([this](Scope& scope) { return stay(scope); }); });
  });
}

Task<> Worker::stay(Scope& scope) {
  stay_ = &scope;
  if (finishing_) co_return;
  Result<void> stopped = co_await attempt(sleep(forever));
  stay_ = nullptr;
}

// The scope is there by then: a loop begins its tasks before it reads its mail.
void Worker::post(std::function<void(Scope&)> work) {
  loop_->post([this, work = std::move(work)] { work(*scope_); });
}

void Worker::call(std::function<Task<>(Scope&)> body) {
  auto outcome = std::make_shared<Outcome::element_type>();
  std::future<Result<void>> result = outcome->get_future();
  post([&body, outcome](Scope& scope) { scope.start(answer(body, scope, outcome)); });
  result.get().value();
}

void Worker::stop() {
  loop_->stop();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::finish() {
  post([this](Scope&) {
    finishing_ = true;
    if (stay_) stay_->cancel();
  });
  join();
}

}  // namespace bowline
