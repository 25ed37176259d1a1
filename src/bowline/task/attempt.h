// attempt(...): any call of bowline with a Result in place of an exception, for where failure is
// part of the plan. An operation that fails is then no exception at any point.
//
//   auto stream = co_await attempt(connect(network, url));
//   if (!stream) ...stream.error()
#pragma once

#include "bowline/base/error.h"
#include "bowline/task/task.h"

#include <type_traits>

namespace bowline {

// An awaitable that can give its result as a value: what `attempt` makes of one that throws.
template <class A>
class Attempt {
 public:
  explicit Attempt(A awaitable) : awaitable_(std::move(awaitable)) {}
  bool await_ready() { return awaitable_.await_ready(); }
  template <class Promise>
  auto await_suspend(std::coroutine_handle<Promise> coroutine) {
    return awaitable_.await_suspend(coroutine);
  }
  auto await_resume() { return awaitable_.result(); }

 private:
  A awaitable_;
};

template <class A>
requires requires(A awaitable) {
  awaitable.result();
}
auto attempt(A awaitable) {
  return Attempt<A>(std::move(awaitable));
}

template <class T>
Task<Result<T>> attempt(Task<T> task) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await task;
      co_return Result<T>();
    } else {
      T value = co_await task;
      co_return value;
    }
  } catch (const Error& error) {
    co_return Result<T>(error);
  }
}

// For blocking calls: attempt([&] { return socket.recv(100); }).
template <class F>
requires std::is_invocable_v<F>
auto attempt(F&& call) -> Result<decltype(call())> {
  try {
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      return {};
    } else {
      return call();
    }
  } catch (const Error& error) {
    return error;
  }
}

}  // namespace bowline
