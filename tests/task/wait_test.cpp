#include "bowline/task/wait.h"

#include "bowline/task/attempt.h"
#include "bowline/task/scope.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using WaitTest = testing::VirtualLoopTest;

Task<int> give(int value) {
  co_return value;
}

// Waits twice, so that only a deadline over both can end it.
Task<> wait_twice(Duration each) {
  co_await sleep(each);
  co_await sleep(each);
}

std::string failure_of(Loop& loop, Task<> task) {
  try {
    loop.run(std::move(task));
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing";
}

TEST_F(WaitTest, sleep_lasts_as_long_as_it_says) {
  Time begin = now();
  auto body = []() -> Task<> { co_await sleep(1500ms); };
  run(body());
  EXPECT_EQ(now() - begin, 1500ms);
}

TEST_F(WaitTest, sleep_of_nothing_or_less_goes_on_in_the_next_turn) {
  auto body = [](Duration wait) -> Task<> { co_await sleep(wait); };
  Time begin = now();
  run(body(0s));
  run(body(-5s));
  run(body(Duration::min()));
  EXPECT_EQ(now() - begin, 0s);
}

TEST_F(WaitTest, ten_thousand_sleeps_end_in_the_order_of_their_times) {
  auto one = [](Time begin, Duration wait, Loop& loop, std::vector<Time>& ends) -> Task<> {
    co_await sleep(wait);
    EXPECT_EQ(loop.now(), begin + wait);
    ends.push_back(begin + wait);
  };
  auto body = [](Scope& scope, auto sleeper, Loop* loop, std::vector<Time>* ends) -> Task<> {
    std::mt19937 random(42);
    for (int index = 0; index < 10'000; ++index) {
      scope.start(sleeper(loop->now(), Duration(random() % 1'000'000'000), *loop, *ends));
    }
    co_return;
  };
  std::vector<Time> ends;
  run(with_scope(body, one, &loop_, &ends));
  EXPECT_EQ(ends.size(), 10'000u);
  EXPECT_TRUE(std::ranges::is_sorted(ends));
}

TEST_F(WaitTest, yield_lets_all_that_is_ready_run_first) {
  auto one = [](char name, std::string& notes) -> Task<> {
    for (int round = 0; round < 3; ++round) {
      notes += name;
      co_await yield();
    }
  };
  auto body = [](Scope& scope, auto noting, std::string* notes) -> Task<> {
    scope.start(noting('a', *notes));
    scope.start(noting('b', *notes));
    scope.start(noting('c', *notes));
    co_return;
  };
  std::string notes;
  run(with_scope(body, one, &notes));
  EXPECT_EQ(notes, "abcabcabc");
}

TEST_F(WaitTest, yield_does_not_keep_timers_from_firing) {
  auto body = [](testing::VirtualBackend& backend, bool& fired) -> Task<> {
    Time begin = backend.clock;
    while (!fired && backend.clock - begin < 1s) {
      backend.clock += 1ms;
      co_await yield();
    }
  };
  auto both = [](Scope& scope, auto busy, testing::VirtualBackend* backend, bool* fired) -> Task<> {
    scope.start(busy(*backend, *fired));
    co_await sleep(10ms);
    *fired = true;
  };
  bool fired = false;
  Time begin = now();
  run(with_scope(both, body, &backend(), &fired));
  EXPECT_LE(now() - begin, 20ms);
}

TEST_F(WaitTest, within_gives_the_value_of_what_ends_in_time) {
  auto body = [](int& value) -> Task<> { value = co_await within(1s, give(3)); };
  int value = 0;
  run(body(value));
  EXPECT_EQ(value, 3);
}

TEST_F(WaitTest, within_ends_what_takes_too_long_and_says_how_long_it_was_allowed) {
  Time begin = now();
  EXPECT_EQ(failure_of(loop_, within(5s, sleep(10s))), "sleep: timed out after 5 s");
  EXPECT_EQ(now() - begin, 5s);
  EXPECT_EQ(failure_of(loop_, within(250ms, sleep(10s))), "sleep: timed out after 250 ms");
  EXPECT_EQ(failure_of(loop_, within(1500ms, sleep(10s))), "sleep: timed out after 1.5 s");
}

TEST_F(WaitTest, within_covers_several_waits_inside) {
  Time begin = now();
  EXPECT_EQ(failure_of(loop_, within(5s, wait_twice(2s))), "nothing");
  EXPECT_EQ(now() - begin, 4s);
  EXPECT_EQ(failure_of(loop_, within(5s, wait_twice(3s))), "sleep: timed out after 5 s");
  EXPECT_EQ(now() - begin, 9s);
}

TEST_F(WaitTest, within_leaves_no_timer_behind) {
  run(within(1h, sleep(1s)));
  Time begin = now();
  run(within(2h, sleep(1s)));
  EXPECT_EQ(now() - begin, 1s);
}

TEST_F(WaitTest, the_inner_deadline_ends_only_what_is_inside) {
  auto body = [](Loop& loop, std::string& text) -> Task<> {
    Time begin = loop.now();
    Result<void> inner = co_await attempt(within(1s, sleep(10s)));
    text = inner.error().what();
    EXPECT_EQ(loop.now() - begin, 1s);
    co_await sleep(1s);
    EXPECT_EQ(loop.now() - begin, 2s);
  };
  std::string text;
  run(within(5s, body(loop_, text)));
  EXPECT_EQ(text, "sleep: timed out after 1 s");
}

TEST_F(WaitTest, the_outer_deadline_ends_the_inner_wait_as_well) {
  auto body = [](std::string& text) -> Task<> {
    Result<void> inner = co_await attempt(within(5s, sleep(10s)));
    text = inner.error().what();
    co_await sleep(1s);
  };
  std::string text;
  Time begin = now();
  EXPECT_EQ(failure_of(loop_, within(1s, body(text))), "sleep: timed out after 1 s");
  EXPECT_EQ(text, "sleep: timed out after 1 s");
  EXPECT_EQ(now() - begin, 1s);
}

TEST_F(WaitTest, two_deadlines_at_the_same_time_end_it_once) {
  auto body = []() -> Task<> { co_await within(2s, sleep(10s)); };
  Time begin = now();
  EXPECT_EQ(failure_of(loop_, within(2s, body())), "sleep: timed out after 2 s");
  EXPECT_EQ(now() - begin, 2s);
}

TEST_F(WaitTest, a_deadline_of_nothing_ends_at_the_first_wait) {
  EXPECT_EQ(failure_of(loop_, within(0s, sleep(1s))), "sleep: timed out after 0 ms");
  auto ready = []() -> Task<> { EXPECT_EQ(co_await give(1), 1); };
  EXPECT_EQ(failure_of(loop_, within(0s, ready())), "nothing");
}

TEST_F(WaitTest, a_deadline_of_for_ever_never_ends_it) {
  Time begin = now();
  run(within(forever, sleep(1000h)));
  EXPECT_EQ(now() - begin, 1000h);
}

TEST_F(WaitTest, after_a_deadline_has_passed_everything_inside_ends_at_once) {
  auto body = [](Loop& loop) -> Task<> {
    Result<void> first = co_await attempt(sleep(10s));
    EXPECT_TRUE(first.error().timed_out());
    Time begin = loop.now();
    for (int round = 0; round < 10; ++round) {
      Result<void> next = co_await attempt(sleep(10s));
      EXPECT_TRUE(next.error().timed_out());
    }
    EXPECT_EQ(loop.now(), begin);
  };
  run(within(1s, body(loop_)));
}

TEST_F(WaitTest, within_a_line_that_is_cancelled_ends_at_once_with_the_outer_reason) {
  auto body = [](std::string& text) -> Task<> {
    Context& context = co_await current_context();
    context.cancel();
    Result<void> ended = co_await attempt(within(1s, sleep(10s)));
    text = ended.error().what();
  };
  std::string text;
  Time begin = now();
  run(body(text));
  EXPECT_EQ(text, "sleep: cancelled");
  EXPECT_EQ(now(), begin);
}

TEST_F(WaitTest, a_deadline_that_is_over_is_not_asked_to_end) {
  auto body = [](bool& done) -> Task<> {
    Context& context = co_await current_context();
    co_await within(1s, sleep(1ms));
    context.cancel();
    co_await yield();
    done = true;
  };
  bool done = false;
  run(body(done));
  EXPECT_TRUE(done);
}

TEST_F(WaitTest, a_sleep_whose_time_has_come_is_not_taken_back_by_a_cancel) {
  // The timers of both are due in the same turn; the sleep's is the earlier one.
  auto sleeper = [](bool& done) -> Task<> {
    co_await sleep(1s);
    done = true;
  };
  auto body = [](Scope& scope, auto sleeping, bool* done) -> Task<> {
    scope.start(sleeping(*done));
    co_await yield();
    co_await sleep(1s);
    scope.cancel();
  };
  bool done = false;
  run(with_scope(body, sleeper, &done));
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace bowline
