#include "bowline/loop/loop.h"

namespace bowline {
namespace {

// How many operations that are answered at once a task may do before the others have their turn.
constexpr int turn_credit = 8;

}  // namespace

Loop::Loop(std::unique_ptr<Backend> backend) : backend_(std::move(backend)), context_(*this) {
  BOWLINE_CHECK(backend_);
}

Loop::~Loop() {
  BOWLINE_CHECK(ready_.empty());
}

void Loop::run(Task<> main) {
  begin(std::move(main));
  while (step()) continue;
}

void Loop::begin(Task<> main) {
  BOWLINE_CHECK(!running());
  now_known_ = false;
  scope_.emplace(context_);
  scope_->start(std::move(main));
}

// The time is read anew: who has the clock may have let some pass since the last turn.
bool Loop::turn() {
  now_known_ = false;
  return step();
}

Time Loop::next_turn() const {
  bool at_once = !ready_.empty() || has_mail_.load(std::memory_order_relaxed);
  return at_once ? Time() : timers_.next();
}

void Loop::stop() {
  post([this] { cancel(); });
}

void Loop::cancel() {
  scope_->cancel();
}

// Wakes the loop under the lock: the work may be what ends the loop, and reading it waits for this.
void Loop::post(std::function<void()> work) {
  std::lock_guard lock(mutex_);
  mailbox_.push_back(std::move(work));
  if (!has_mail_.exchange(true)) backend_->wake();
}

Time Loop::now() {
  if (!now_known_) now_ = backend_->now();
  now_known_ = true;
  return now_;
}

// Those that become ready during a turn run in the next: none can keep the network waiting.
bool Loop::step() {
  Queue<Waiter> batch;
  batch.take(ready_);
  while (Waiter* waiter = batch.pop()) go_on(*waiter);
  if (has_mail_.load(std::memory_order_relaxed)) read_mailbox();
  if (scope_->count() > 0) wait_for_more();
  if (running()) return true;
  scope_->rethrow_failure();
  return false;
}

void Loop::wait_for_more() {
  backend_->wait(ready_.empty() ? timers_.next() : Time());
  now_known_ = false;
  while (Op* op = backend_->next()) go_on(*op);
  if (timers_.next() != never) timers_.fire_due(now());
}

void Loop::go_on(Waiter& waiter) {
  credit_ = turn_credit;
  waiter.go_on();
  if (!retired_.empty()) remove_retired();
}

void Loop::remove_retired() {
  while (Waiter* child = retired_.pop()) Scope::remove(static_cast<Child&>(*child));
}

void Loop::read_mailbox() {
  std::vector<std::function<void()>> mail;
  {
    std::lock_guard lock(mutex_);
    has_mail_ = false;
    mail.swap(mailbox_);
  }
  for (std::function<void()>& work : mail) work();
}

}  // namespace bowline
