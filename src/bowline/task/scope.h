// A Scope has tasks that run side by side, and is joined before it goes: nothing it started
// outlives it. The first failure asks the others to stop and is what the join throws.
//
//   Task<> serve_both(Scope& scope, Network network);
//   co_await with_scope(serve_both, network);
#pragma once

#include "bowline/task/suspended.h"
#include "bowline/task/task.h"

#include <cstddef>
#include <memory>

namespace bowline {

class Scope;

// One task of a scope: its context, its place among the others, and its place in the loop's queue.
class Child : private Waiter, private Context {
 public:
  Child(Scope& scope, Task<> task);
  virtual ~Child() = default;

  static void* operator new(std::size_t size) { return take_frame(size); }
  static void operator delete(void* memory, std::size_t size) { give_back_frame(memory, size); }

 protected:
  // The task has ended, all it held is gone; `failure` is what it threw, or empty. A failure ends
  // the scope, unless who derives from Child knows better.
  virtual void ended(std::exception_ptr failure);
  using Context::cancel;
  using Context::scheduler;
  Scope& scope() const { return *scope_; }

 private:
  friend class Scope;
  friend class Loop;
  friend void child_ended(Context& context);
  void go_on() override;

  Scope* scope_;
  Child* previous_ = nullptr;
  Child* following_ = nullptr;
  Task<> task_;
};

class Scope : private Suspended {
 public:
  // Tasks run on the loop of `context`; when that is cancelled during the join, so are they.
  explicit Scope(Context& context) : context_(&context) {}
  Scope(const Scope&) = delete;
  virtual ~Scope() { BOWLINE_CHECK(!first_); }

  // Runs `task` from the loop's next turn on.
  void start(Task<> task) { start(std::make_unique<Child>(*this, std::move(task))); }
  // The same for a Child, of this scope, that knows what to do when it ends.
  void start(std::unique_ptr<Child> child);
  // Asks all tasks to stop; the ones started later stop at once as well.
  void cancel(Ending ending = Ending::cancelled());
  std::size_t count() const { return count_; }
  // Calls `what` with each Child, the youngest first; it may start others.
  template <class F>
  void for_each(F what) const {
    for (Child* child = first_; child; child = child->following_) what(*child);
  }

  // co_await scope.join(): until no task is left; throws the first failure.
  auto join() { return Join{this}; }
  // For loops that are not coroutines: throws the first failure. All tasks must have ended.
  void rethrow_failure();
  // The loop calls it when nothing of `child` runs any more: its frame goes, with all it holds.
  static void remove(Child& child);

 private:
  friend class Child;
  struct Join {
    Scope* scope;
    bool await_ready() const { return !scope->first_; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> handle) {
      scope->begin_join(handle);
    }
    void await_resume() const { scope->end_join(); }
  };

  void begin_join(std::coroutine_handle<> joiner);
  void end_join();
  void ask_to_end() override { cancel(context_->ending()); }
  void fail(std::exception_ptr failure);

  Context* context_;
  Child* first_ = nullptr;
  std::size_t count_ = 0;
  std::exception_ptr failure_;
  Ending ending_;
};

// Runs `body(scope, arguments...)`, a Task<>, and whatever it starts in `scope`; done when all are.
template <class Body, class... Arguments>
Task<> with_scope(Body body, Arguments... arguments) {
  Context& context = co_await current_context();
  Scope scope(context);
  scope.start(body(scope, std::move(arguments)...));
  co_await scope.join();
}

}  // namespace bowline
