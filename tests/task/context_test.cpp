#include "bowline/task/context.h"

#include "bowline/task/attempt.h"
#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using ContextTest = testing::VirtualLoopTest;

struct Bottom : Waiter {
  void go_on() override {}
  void ask_to_end() override { ++asked; }
  int asked = 0;
};

Task<Context*> own_context() {
  co_return &co_await current_context();
}

TEST_F(ContextTest, asks_what_it_waits_for_to_end_once) {
  Context context(loop_);
  Bottom bottom;
  context.begin_wait(bottom);
  context.cancel();
  context.cancel();
  EXPECT_EQ(bottom.asked, 1);
  EXPECT_TRUE(context.cancelled());
}

TEST_F(ContextTest, asks_nothing_whose_wait_is_over) {
  Context context(loop_);
  Bottom bottom;
  context.begin_wait(bottom);
  context.end_wait();
  context.cancel();
  EXPECT_EQ(bottom.asked, 0);
}

TEST_F(ContextTest, keeps_the_first_reason) {
  Context context(loop_);
  EXPECT_FALSE(context.cancelled());
  context.cancel(Ending::timed_out(3s));
  context.cancel();
  EXPECT_TRUE(context.ending().is_timeout());
  EXPECT_EQ(context.ending().limit(), 3s);
}

TEST_F(ContextTest, is_handed_down_to_what_is_awaited) {
  auto body = []() -> Task<> {
    Context* mine = co_await own_context();
    EXPECT_EQ(mine, &co_await current_context());
    EXPECT_EQ(mine, co_await own_context());
  };
  run(body());
}

TEST_F(ContextTest, is_each_tasks_own_in_a_scope) {
  auto child = [](Context*& to) -> Task<> { to = co_await own_context(); };
  auto body = [](Scope& scope, auto tell, Context** first, Context** second) -> Task<> {
    scope.start(tell(*first));
    scope.start(tell(*second));
    co_return;
  };
  Context* first = nullptr;
  Context* second = nullptr;
  run(with_scope(body, child, &first, &second));
  EXPECT_NE(first, nullptr);
  EXPECT_NE(first, second);
}

TEST_F(ContextTest, of_a_deadline_holds_inside_and_not_after) {
  auto body = []() -> Task<> {
    Context* outer = co_await own_context();
    Context* inner = co_await within(1s, own_context());
    EXPECT_NE(inner, outer);
    EXPECT_EQ(co_await own_context(), outer);
  };
  run(body());
}

TEST_F(ContextTest, that_is_cancelled_ends_each_later_wait_at_once) {
  auto body = [](Loop& loop) -> Task<> {
    Context& context = co_await current_context();
    context.cancel();
    Time begin = loop.now();
    Result<void> first = co_await attempt(sleep(1s));
    EXPECT_TRUE(first.error().cancelled());
    Result<void> second = co_await attempt(sleep(1s));
    EXPECT_TRUE(second.error().cancelled());
    EXPECT_EQ(loop.now(), begin);
  };
  run(body(loop_));
}

TEST_F(ContextTest, gives_a_task_a_bounded_number_of_answers_in_a_row) {
  // Resumed by the loop, a task may go straight on a number of times and then has to queue.
  auto body = []() -> Task<> {
    Context& context = co_await current_context();
    for (int round = 0; round < 3; ++round) {
      int count = 0;
      while (context.scheduler().may_go_on()) ++count;
      EXPECT_GT(count, 1);
      EXPECT_LT(count, 1000);
      co_await yield();
    }
  };
  run(body());
}

}  // namespace
}  // namespace bowline
