// A loop together with a scope of tasks that other threads can add to: on a thread of its own, or
// on the caller's. What a server deals its connections to.
#pragma once

#include "bowline/net/network.h"
#include "bowline/task/scope.h"

#include <functional>
#include <memory>
#include <string_view>
#include <thread>

namespace bowline {

class Worker {
 public:
  // `backend` and `spin` as in make_backend; throws Error when there is no backend of that name.
  explicit Worker(std::string_view backend = {}, Duration spin = automatic_spin);
  Worker(const Worker&) = delete;
  ~Worker();  // stops its thread and waits for it

  // Runs `body` with the scope on this thread until it and all other tasks have ended.
  void run(std::function<Task<>(Scope&)> body);
  // Begins a thread that runs what is posted until stop().
  void start_thread();
  // Has `work` called on the worker's thread, with the scope to start tasks in. From any thread.
  void post(std::function<void(Scope&)> work);
  // Has `body` called there, and waits until the task that it gives has ended; throws its failure.
  // From any thread but the worker's own, while that has one.
  void call(std::function<Task<>(Scope&)> body);
  // Asks all tasks to stop. From any thread; the destructor or join() waits for the end.
  void stop();
  void join();
  // Ends the thread once all tasks have ended by themselves, and waits for that.
  void finish();

  // For tasks that run here.
  Network network() const { return Network(*loop_); }
  // Only on the worker's own thread, while it runs.
  Scope& scope() const { return *scope_; }

 private:
  Task<> stay(Scope& scope);

  std::unique_ptr<Loop> loop_;
  Scope* scope_ = nullptr;
  Scope* stay_ = nullptr;   // what keeps the thread when there is nothing to do
  bool finishing_ = false;  // that is to end
  std::thread thread_;
};

}  // namespace bowline
