#include "bowline/task/task.h"

#include "bowline/base/error.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace bowline {
namespace {

using TaskTest = testing::VirtualLoopTest;

Task<int> give(int value) {
  co_return value;
}

Task<int> fail_with(std::string text) {
  throw std::runtime_error(text);
  co_return 0;
}

// Counts how many of it are alive.
struct Counted {
  explicit Counted(int& alive) : alive_(&alive) { ++*alive_; }
  Counted(Counted&& other) noexcept : alive_(other.alive_) { ++*alive_; }
  Counted(const Counted& other) : alive_(other.alive_) { ++*alive_; }
  ~Counted() { --*alive_; }
  int* alive_;
};

TEST_F(TaskTest, gives_its_value_to_who_awaits_it) {
  auto body = [](int& sum) -> Task<> { sum = co_await give(40) + co_await give(2); };
  int sum = 0;
  run(body(sum));
  EXPECT_EQ(sum, 42);
}

TEST_F(TaskTest, runs_only_when_it_is_awaited) {
  auto mark = [](bool& ran) -> Task<> {
    ran = true;
    co_return;
  };
  auto body = [](auto make, bool& ran, bool& before) -> Task<> {
    Task<> task = make(ran);
    co_await sleep(std::chrono::seconds(1));
    before = ran;
    co_await task;
  };
  bool ran = false;
  bool before = true;
  run(body(mark, ran, before));
  EXPECT_FALSE(before);
  EXPECT_TRUE(ran);
}

TEST_F(TaskTest, that_never_ran_lets_its_arguments_go) {
  auto keep = [](Counted) -> Task<> { co_return; };
  int alive = 0;
  {
    Task<> task = keep(Counted(alive));
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
}

TEST_F(TaskTest, throws_at_its_awaiter) {
  auto body = [](std::string& text) -> Task<> {
    try {
      co_await fail_with("no luck");
    } catch (const std::runtime_error& error) {
      text = error.what();
    }
    text += co_await give(1) == 1 ? ", and on" : "";
  };
  std::string text;
  run(body(text));
  EXPECT_EQ(text, "no luck, and on");
}

TEST_F(TaskTest, passes_an_exception_through_all_that_await) {
  auto middle = []() -> Task<int> { co_return co_await fail_with("from below") + 1; };
  auto body = [](auto through) -> Task<> { co_await through(); };
  EXPECT_THROW(run(body(middle)), std::runtime_error);
}

TEST_F(TaskTest, destroys_its_locals_before_the_awaiter_goes_on) {
  auto hold = [](int& alive) -> Task<int> {
    Counted local(alive);
    co_await sleep(std::chrono::seconds(1));
    co_return alive;
  };
  auto body = [](auto make, int& alive, int& inside, int& after) -> Task<> {
    inside = co_await make(alive);
    after = alive;
  };
  int alive = 0;
  int inside = 0;
  int after = -1;
  run(body(hold, alive, inside, after));
  EXPECT_EQ(inside, 1);
  EXPECT_EQ(after, 0);
}

TEST_F(TaskTest, destroys_its_locals_when_it_throws) {
  auto hold = [](int& alive) -> Task<> {
    Counted local(alive);
    co_await sleep(std::chrono::seconds(1));
    throw std::runtime_error("gone");
  };
  auto body = [](auto make, int& alive, int& after) -> Task<> {
    try {
      co_await make(alive);
    } catch (const std::runtime_error&) {
      after = alive;
    }
  };
  int alive = 0;
  int after = -1;
  run(body(hold, alive, after));
  EXPECT_EQ(after, 0);
}

TEST_F(TaskTest, carries_values_that_can_only_be_moved) {
  auto make = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
  auto body = [](auto give_pointer, int& value) -> Task<> {
    std::unique_ptr<int> pointer = co_await give_pointer();
    value = *pointer;
  };
  int value = 0;
  run(body(make, value));
  EXPECT_EQ(value, 7);
}

TEST_F(TaskTest, moves_its_value_out_once) {
  auto make = [](int& alive) -> Task<Counted> { co_return Counted(alive); };
  auto body = [](auto give_counted, int& alive, int& held) -> Task<> {
    {
      Counted counted = co_await give_counted(alive);
      held = alive;
    }
  };
  int alive = 0;
  int held = 0;
  run(body(make, alive, held));
  EXPECT_GE(held, 1);
  EXPECT_EQ(alive, 0);
}

TEST_F(TaskTest, takes_the_place_of_another_by_assignment) {
  auto body = [](int& value) -> Task<> {
    Task<int> task = give(1);
    task = give(2);
    value = co_await task;
  };
  int value = 0;
  run(body(value));
  EXPECT_EQ(value, 2);
}

TEST_F(TaskTest, that_is_empty_or_done_can_not_be_awaited) {
  auto await_empty = []() -> Task<> {
    Task<int> task = give(1);
    Task<int> other = std::move(task);
    co_await task;
  };
  auto await_twice = []() -> Task<> {
    Task<int> task = give(1);
    co_await task;
    co_await task;
  };
  EXPECT_DEATH(run(await_empty()), "check failed");
  EXPECT_DEATH(run(await_twice()), "check failed");
}

// What follows must not grow the stack: each would need far more than the 8 MiB there are.
constexpr int many = 1'000'000;

TEST_F(TaskTest, awaits_a_million_others_on_a_flat_stack) {
  auto body = [](std::int64_t& sum) -> Task<> {
    for (int index = 0; index < many; ++index) sum += co_await give(index);
  };
  std::int64_t sum = 0;
  run(body(sum));
  EXPECT_EQ(sum, std::int64_t(many) * (many - 1) / 2);
}

TEST_F(TaskTest, awaits_tasks_that_await_tasks_on_a_flat_stack) {
  auto middle = [](int value) -> Task<int> { co_return co_await give(value) + 1; };
  auto outer = [](auto inner, int value) -> Task<int> { co_return co_await inner(value) + 1; };
  auto body = [](auto outermost, auto inner, std::int64_t& sum) -> Task<> {
    for (int index = 0; index < many / 2; ++index) sum += co_await outermost(inner, index);
  };
  std::int64_t sum = 0;
  run(body(outer, middle, sum));
  EXPECT_EQ(sum, std::int64_t(many / 2) * (many / 2 + 3) / 2);
}

TEST_F(TaskTest, throws_a_hundred_thousand_times_on_a_flat_stack) {
  auto fail = []() -> Task<> {
    throw 1;
    co_return;
  };
  auto body = [](auto failing, int& caught) -> Task<> {
    for (int index = 0; index < many / 10; ++index) {
      try {
        co_await failing();
      } catch (int) {
        ++caught;
      }
    }
  };
  int caught = 0;
  run(body(fail, caught));
  EXPECT_EQ(caught, many / 10);
}

Task<int> descend(int depth) {
  if (depth == 0) co_return 0;
  co_return co_await descend(depth - 1) + 1;
}

TEST_F(TaskTest, can_be_a_hundred_thousand_awaits_deep) {
  auto body = [](int& depth) -> Task<> { depth = co_await descend(100'000); };
  int depth = 0;
  run(body(depth));
  EXPECT_EQ(depth, 100'000);
}

}  // namespace
}  // namespace bowline
