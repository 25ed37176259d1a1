// Task<T>: a coroutine that runs when it is awaited, and gives a T or throws. It has one awaiter,
// or a Scope in its place; there is no detaching. What it is given by reference must outlive the
// await.
#pragma once

#include "bowline/base/check.h"
#include "bowline/task/context.h"
#include "bowline/task/frame_pool.h"

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace bowline {

template <class T>
class Task;

// The task that `context` was made for has ended.
void child_ended(Context& context);

// What the promises of all tasks share.
struct PromiseBase {
  Context* context = nullptr;
  std::coroutine_handle<> awaiter;  // none when a scope has the task: then `context` is its Child's
  std::exception_ptr failure;

  static void* operator new(std::size_t size) { return take_frame(aligned(size)); }
  static void operator delete(void* frame, std::size_t size) {
    give_back_frame(frame, aligned(size));
  }
  static constexpr std::size_t aligned(std::size_t size) { return (size + 15) & ~std::size_t(15); }

  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> handle) const noexcept {
      PromiseBase& promise = handle.promise();
      if (promise.awaiter) return promise.awaiter;
      child_ended(*promise.context);
      return std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  void unhandled_exception() { failure = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;

  Task<T> get_return_object();
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    if (failure) std::rethrow_exception(std::move(failure));
    return std::move(*value);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() const {}
  void take() {
    if (failure) std::rethrow_exception(std::move(failure));
  }
};

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = Promise<T>;
  using value_type = T;

  Task() = default;
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const { return false; }
  template <class Awaiting>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Awaiting> awaiting) {
    BOWLINE_CHECK(handle_ && !handle_.done());
    handle_.promise().context = awaiting.promise().context;
    handle_.promise().awaiter = awaiting;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  friend promise_type;
  friend class Scope;
  friend class Child;
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}

  std::coroutine_handle<promise_type> handle_;
};

template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}

inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

// What co_await on an A gives.
template <class A>
using Awaited = decltype(std::declval<A&>().await_resume());

}  // namespace bowline
