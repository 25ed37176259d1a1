// One thread's loop: a backend, timers, the tasks that are ready, and a mailbox for other threads.
// It is the only one that resumes a coroutine.
#pragma once

#include "bowline/backend/backend.h"
#include "bowline/task/scope.h"
#include "bowline/task/slow_lane.h"
#include "bowline/task/timer.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace bowline {

class Loop final : public Scheduler {
 public:
  explicit Loop(std::unique_ptr<Backend> backend);
  Loop(const Loop&) = delete;
  ~Loop();

  // Runs `main` and everything it starts on this thread until all have ended; throws its failure.
  void run(Task<> main);
  // Asks what runs to stop. From any thread, before run() too.
  void stop();
  // The same at once, before anything else runs: for this thread, between turns.
  void cancel();

  // run() in steps, for who has the clock: begin(), then turn() when it is due. A turn gives false
  // when all have ended, and then throws what run() would; it sleeps only as the backend's wait()
  // does.
  void begin(Task<> main);
  bool turn();
  // When a turn is due, unless the backend has something before: Time() means at once.
  Time next_turn() const;
  bool running() const override { return scope_ && (scope_->count() > 0 || !ready_.empty()); }
  // Has `work` called by the loop's thread in its next turn. From any thread; never waits.
  void post(std::function<void()> work);

  Backend& backend() { return *backend_; }

  void ready(Waiter& waiter) override { ready_.push(waiter); }
  void ready_slowly(Waiter& waiter) override { slow_lane_.join(waiter); }
  void retire(Child& child) override { retired_.push(child); }
  void start(Task<> task) override { scope_->start(std::move(task)); }
  Time now() override;
  void set(Timer& timer, Time at) override { timers_.set(timer, at); }
  void clear(Timer& timer) override { timers_.clear(timer); }

 private:
  bool step();
  void wait_for_more();
  void go_on(Waiter& waiter);
  void read_mailbox();
  void remove_retired();

  std::unique_ptr<Backend> backend_;
  Context context_;
  std::optional<Scope> scope_;  // what run() runs
  Timers timers_;
  Queue<Waiter> ready_;
  SlowLane slow_lane_{*this};
  Queue<Waiter> retired_;
  Time now_{};
  bool now_known_ = false;

  std::mutex mutex_;
  std::vector<std::function<void()>> mailbox_;
  std::atomic<bool> has_mail_ = false;
};

}  // namespace bowline
