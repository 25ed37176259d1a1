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
  // Asks all tasks to stop. From any thread; the destructor or join() waits for the end.
  void stop();
  void join();

  // For tasks that run here.
  Network network() const { return Network(*loop_); }
  // Only on the worker's own thread, while it runs.
  Scope& scope() const { return *scope_; }

 private:
  std::unique_ptr<Loop> loop_;
  Scope* scope_ = nullptr;
  std::thread thread_;
};

}  // namespace bowline
