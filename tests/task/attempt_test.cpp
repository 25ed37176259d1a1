#include "bowline/task/attempt.h"

#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using AttemptTest = testing::VirtualLoopTest;

Error refused() {
  return make_error(ECONNREFUSED, "knock");
}

TEST_F(AttemptTest, of_a_task_gives_its_value) {
  auto task = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(5); };
  auto body = [](auto make) -> Task<> {
    Result<std::unique_ptr<int>> result = co_await attempt(make());
    EXPECT_TRUE(result.ok());
    EXPECT_EQ(**result, 5);
  };
  run(body(task));
}

TEST_F(AttemptTest, of_a_task_gives_its_error) {
  auto task = [](bool fail) -> Task<int> {
    if (fail) throw refused();
    co_return 1;
  };
  auto body = [](auto make) -> Task<> {
    Result<int> result = co_await attempt(make(true));
    EXPECT_FALSE(result);
    EXPECT_STREQ(result.error().what(), "knock: connection refused");
    EXPECT_TRUE(result.error().is(std::errc::connection_refused));
    EXPECT_THROW(*result, Error);
  };
  run(body(task));
}

TEST_F(AttemptTest, of_a_task_without_a_value) {
  auto task = [](bool fail) -> Task<> {
    if (fail) throw refused();
    co_return;
  };
  auto body = [](auto make) -> Task<> {
    Result<void> good = co_await attempt(make(false));
    EXPECT_TRUE(good.ok());
    Result<void> bad = co_await attempt(make(true));
    EXPECT_FALSE(bad.ok());
  };
  run(body(task));
}

TEST_F(AttemptTest, lets_exceptions_through_that_are_no_error_of_bowline) {
  auto task = [](bool fail) -> Task<> {
    if (fail) throw std::logic_error("a bug");
    co_return;
  };
  auto body = [](auto make) -> Task<> { Result<void> result = co_await attempt(make(true)); };
  EXPECT_THROW(run(body(task)), std::logic_error);
}

TEST_F(AttemptTest, of_a_wait_gives_its_end_as_a_value) {
  auto body = [](Loop& loop) -> Task<> {
    Time begin = loop.now();
    Result<void> slept = co_await attempt(sleep(2s));
    EXPECT_TRUE(slept.ok());
    EXPECT_EQ(loop.now() - begin, 2s);
    Result<void> late = co_await attempt(within(1s, sleep(2s)));
    EXPECT_TRUE(late.error().timed_out());
  };
  run(body(loop_));
}

TEST_F(AttemptTest, runs_in_the_context_of_who_awaits_it) {
  auto inside = []() -> Task<Context*> { co_return &co_await current_context(); };
  auto body = [](auto tell) -> Task<> {
    Context& context = co_await current_context();
    Result<Context*> result = co_await attempt(tell());
    EXPECT_EQ(*result, &context);
  };
  run(body(inside));
}

TEST(Attempt, of_a_call_gives_its_value_or_error) {
  Result<int> good = attempt([] { return 3; });
  EXPECT_EQ(*good, 3);
  Result<int> bad = attempt([]() -> int { throw refused(); });
  EXPECT_FALSE(bad.ok());
  Result<void> nothing = attempt([] {});
  EXPECT_TRUE(nothing.ok());
  Result<void> failed = attempt([] { throw refused(); });
  EXPECT_TRUE(failed.error().is(std::errc::connection_refused));
  EXPECT_THROW(attempt([] { throw 1; }), int);
}

}  // namespace
}  // namespace bowline
