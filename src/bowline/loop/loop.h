// One thread's loop: a backend, timers, the tasks that are ready, and a mailbox for other threads.
// It is the only one that resumes a coroutine.
#pragma once

#include "bowline/backend/backend.h"
#include "bowline/task/scope.h"
#include "bowline/task/timer.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
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
  // Has `work` called by the loop's thread in its next turn. From any thread; never waits.
  void post(std::function<void()> work);

  Backend& backend() { return *backend_; }

  void ready(Waiter& waiter) override { ready_.push(waiter); }
  void retire(Child& child) override { retired_.push(child); }
  Time now() override;
  void set(Timer& timer, Time at) override { timers_.set(timer, at); }
  void clear(Timer& timer) override { timers_.clear(timer); }

 private:
  void turn();
  void resume(Waiter& waiter);
  void read_mailbox();
  void remove_retired();

  std::unique_ptr<Backend> backend_;
  Context context_;
  Scope* root_ = nullptr;  // what run() runs
  Timers timers_;
  Queue<Waiter> ready_;
  Queue<Waiter> retired_;
  Time now_{};
  bool now_known_ = false;

  std::mutex mutex_;
  std::vector<std::function<void()>> mailbox_;
  std::atomic<bool> has_mail_ = false;
};

}  // namespace bowline
