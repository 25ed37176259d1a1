#include "bowline/task/scope.h"

#include "bowline/base/error.h"
#include "bowline/task/attempt.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using ScopeTest = testing::VirtualLoopTest;

Task<> note_after(Duration wait, std::string name, std::string& notes) {
  co_await sleep(wait);
  notes += name;
}

// Waits for ever; notes why it ended.
Task<> wait_for_ever(std::string name, std::string& notes) {
  Result<void> ended = co_await attempt(sleep(forever));
  notes += name + (ended.error().timed_out() ? ":timed out " : ":cancelled ");
}

Task<> fail_after(Duration wait, std::string text) {
  co_await sleep(wait);
  throw std::runtime_error(text);
}

// What `task` fails with, or "nothing".
std::string failure_of(Loop& loop, Task<> task) {
  try {
    loop.run(std::move(task));
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing";
}

TEST_F(ScopeTest, runs_its_tasks_side_by_side) {
  auto body = [](Scope& scope, std::string* notes) -> Task<> {
    scope.start(note_after(3s, "c", *notes));
    scope.start(note_after(1s, "a", *notes));
    scope.start(note_after(2s, "b", *notes));
    co_return;
  };
  std::string notes;
  Time begin = now();
  run(with_scope(body, &notes));
  EXPECT_EQ(notes, "abc");
  EXPECT_EQ(now() - begin, 3s);
}

TEST_F(ScopeTest, begins_its_tasks_in_the_order_they_were_started_and_not_at_once) {
  auto note = [](std::string name, std::string& notes) -> Task<> {
    notes += name;
    co_return;
  };
  auto body = [](Scope& scope, auto noting, std::string* notes) -> Task<> {
    scope.start(noting("1", *notes));
    scope.start(noting("2", *notes));
    *notes += "0";
    scope.start(noting("3", *notes));
    co_return;
  };
  std::string notes;
  run(with_scope(body, note, &notes));
  EXPECT_EQ(notes, "0123");
}

TEST_F(ScopeTest, is_joined_only_when_all_have_ended_also_those_started_by_others) {
  auto nested = [](Scope& scope, std::string& notes) -> Task<> {
    scope.start(note_after(2s, "late", notes));
    co_return;
  };
  auto body = [](auto inner, std::string* notes) -> Task<> {
    Context& context = co_await current_context();
    Scope scope(context);
    scope.start(inner(scope, *notes));
    EXPECT_EQ(scope.count(), 1u);
    co_await scope.join();
    EXPECT_EQ(scope.count(), 0u);
    *notes += " joined";
  };
  std::string notes;
  run(body(nested, &notes));
  EXPECT_EQ(notes, "late joined");
}

TEST_F(ScopeTest, without_tasks_is_joined_at_once) {
  auto body = []() -> Task<> {
    Context& context = co_await current_context();
    Scope scope(context);
    co_await scope.join();
    co_await scope.join();
  };
  std::size_t waits = backend().waits;
  run(body());
  EXPECT_LE(backend().waits - waits, 1u);
}

TEST_F(ScopeTest, asks_the_others_to_stop_at_the_first_failure_and_throws_it) {
  auto body = [](Scope& scope, std::string* notes) -> Task<> {
    scope.start(wait_for_ever("a", *notes));
    scope.start(fail_after(1s, "first"));
    scope.start(fail_after(2s, "second"));
    scope.start(wait_for_ever("b", *notes));
    co_return;
  };
  std::string notes;
  Time begin = now();
  EXPECT_EQ(failure_of(loop_, with_scope(body, &notes)), "first");
  EXPECT_EQ(notes.size(), std::string("a:cancelled b:cancelled ").size());
  EXPECT_EQ(now() - begin, 1s);
}

TEST_F(ScopeTest, throws_one_failure_of_several_at_the_same_time) {
  auto body = [](Scope& scope) -> Task<> {
    scope.start(fail_after(1s, "first"));
    scope.start(fail_after(1s, "second"));
    co_return;
  };
  EXPECT_EQ(failure_of(loop_, with_scope(body)), "first");
}

TEST_F(ScopeTest, waits_for_those_that_clean_up_after_a_failure) {
  auto clean_up = [](std::string& notes) -> Task<> {
    Result<void> ended = co_await attempt(sleep(forever));
    for (int step = 0; step < 10; ++step) co_await yield();
    notes += "clean";
  };
  auto body = [](Scope& scope, auto cleaning, std::string* notes) -> Task<> {
    scope.start(cleaning(*notes));
    scope.start(fail_after(1s, "failed"));
    co_return;
  };
  std::string notes;
  EXPECT_EQ(failure_of(loop_, with_scope(body, clean_up, &notes)), "failed");
  EXPECT_EQ(notes, "clean");
}

TEST_F(ScopeTest, that_is_cancelled_ends_what_is_started_later_as_well) {
  auto body = [](Scope& scope, std::string* notes) -> Task<> {
    scope.start(wait_for_ever("before", *notes));
    scope.cancel();
    scope.start(wait_for_ever("after", *notes));
    co_return;
  };
  std::string notes;
  run(with_scope(body, &notes));
  EXPECT_EQ(notes, "before:cancelled after:cancelled ");
}

TEST_F(ScopeTest, is_cancelled_with_the_line_that_joins_it) {
  auto inner = [](Scope& scope, std::string* notes) -> Task<> {
    scope.start(wait_for_ever("deep", *notes));
    co_return;
  };
  auto outer = [](Scope& scope, auto nested, std::string* notes) -> Task<> {
    scope.start(with_scope(nested, notes));
    co_await sleep(1s);
    scope.cancel();
  };
  std::string notes;
  run(with_scope(outer, inner, &notes));
  EXPECT_EQ(notes, "deep:cancelled ");
}

TEST_F(ScopeTest, tells_its_tasks_that_a_deadline_was_the_reason) {
  auto body = [](Scope& scope, std::string* notes) -> Task<> {
    scope.start(wait_for_ever("a", *notes));
    co_return;
  };
  std::string notes;
  run(within(5s, with_scope(body, &notes)));
  EXPECT_EQ(notes, "a:timed out ");
}

TEST_F(ScopeTest, joined_by_a_line_that_was_cancelled_before_ends_its_tasks) {
  auto body = [](std::string* notes) -> Task<> {
    Context& context = co_await current_context();
    Scope scope(context);
    scope.start(wait_for_ever("a", *notes));
    context.cancel();
    co_await scope.join();
  };
  std::string notes;
  run(body(&notes));
  EXPECT_EQ(notes, "a:cancelled ");
}

TEST_F(ScopeTest, lets_a_task_and_all_it_holds_go_when_it_ends) {
  struct Flag {
    explicit Flag(bool& to) : gone(&to) {}
    Flag(Flag&& other) noexcept : gone(std::exchange(other.gone, nullptr)) {}
    ~Flag() {
      if (gone) *gone = true;
    }
    bool* gone;
  };
  auto hold = [](Flag) -> Task<> { co_return; };
  auto body = [](Scope& scope, auto holding, bool* gone) -> Task<> {
    scope.start(holding(Flag(*gone)));
    EXPECT_FALSE(*gone);
    co_await yield();
    co_await yield();
    EXPECT_TRUE(*gone);
  };
  bool gone = false;
  run(with_scope(body, hold, &gone));
}

TEST_F(ScopeTest, that_still_has_tasks_may_not_go) {
  auto body = [](std::string* notes) -> Task<> {
    Context& context = co_await current_context();
    Scope scope(context);
    scope.start(wait_for_ever("a", *notes));
  };
  std::string notes;
  EXPECT_DEATH(run(body(&notes)), "check failed");
}

TEST_F(ScopeTest, can_be_used_again_after_a_join) {
  auto body = [](std::string* notes) -> Task<> {
    Context& context = co_await current_context();
    Scope scope(context);
    for (int round = 0; round < 3; ++round) {
      scope.start(note_after(1s, "x", *notes));
      co_await scope.join();
    }
  };
  std::string notes;
  run(body(&notes));
  EXPECT_EQ(notes, "xxx");
}

TEST_F(ScopeTest, runs_a_hundred_thousand_tasks_on_a_flat_stack) {
  auto one = [](int& count) -> Task<> {
    ++count;
    co_return;
  };
  auto body = [](Scope& scope, auto counting, int* count) -> Task<> {
    for (int index = 0; index < 100'000; ++index) scope.start(counting(*count));
    co_return;
  };
  int count = 0;
  run(with_scope(body, one, &count));
  EXPECT_EQ(count, 100'000);
}

}  // namespace
}  // namespace bowline
