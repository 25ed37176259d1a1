#include "bowline/loop/loop.h"

#include "bowline/task/attempt.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using LoopTest = testing::LoopTest;

Task<> nothing() {
  co_return;
}

// Until somebody cancels it.
Task<> wait_for_the_end() {
  Result<void> ended = co_await attempt(sleep(forever));
}

TEST_F(LoopTest, ends_with_the_task_it_runs) {
  run(nothing());
  run(nothing());
}

TEST_F(LoopTest, ends_when_the_last_task_ends_without_having_waited_for_the_network) {
  auto body = [](Scope& scope) -> Task<> {
    scope.start(nothing());
    co_await yield();
    scope.start(nothing());
  };
  run(with_scope(body));
}

TEST_F(LoopTest, throws_what_its_task_threw_and_can_run_another) {
  auto fail = []() -> Task<> {
    co_await yield();
    throw std::runtime_error("no");
  };
  EXPECT_THROW(run(fail()), std::runtime_error);
  run(nothing());
}

TEST_F(LoopTest, sleeps_at_least_as_long_as_asked) {
  auto body = []() -> Task<> { co_await sleep(20ms); };
  Time begin = std::chrono::steady_clock::now();
  run(body());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
}

TEST_F(LoopTest, knows_the_time_of_each_run) {
  run(nothing());
  Time before = loop_.now();
  while (std::chrono::steady_clock::now() <= before + 5ms) {
  }
  auto body = [](Loop& loop, Time old) -> Task<> {
    EXPECT_GE(loop.now(), old + 5ms);
    co_return;
  };
  run(body(loop_, before));
}

TEST_F(LoopTest, calls_what_was_posted_before_it_ran) {
  int calls = 0;
  loop_.post([&] { ++calls; });
  loop_.post([&] { ++calls; });
  run(nothing());
  EXPECT_EQ(calls, 2);
}

TEST_F(LoopTest, calls_what_is_posted_on_its_own_thread_in_the_order_it_was_posted) {
  auto body = [](Loop& loop, std::vector<int>& calls) -> Task<> {
    for (int index = 0; index < 100; ++index)
      loop.post([&calls, index] { calls.push_back(index); });
    co_await yield();
    co_await yield();
    EXPECT_EQ(calls.size(), 100u);
  };
  std::vector<int> calls;
  run(body(loop_, calls));
  EXPECT_TRUE(std::ranges::is_sorted(calls));
}

TEST_F(LoopTest, may_be_posted_to_by_what_was_posted) {
  int calls = 0;
  std::function<void()> again = [&] {
    if (++calls < 100) return loop_.post(again);
    loop_.stop();
  };
  loop_.post(again);
  run(wait_for_the_end());
  EXPECT_EQ(calls, 100);
}

TEST_F(LoopTest, calls_what_many_threads_post_each_in_its_order_and_on_the_loops_thread) {
  constexpr int threads = 4;
  constexpr int each = 5'000;
  std::vector<int> last(threads, -1);
  int calls = 0;
  std::thread::id home = std::this_thread::get_id();
  std::vector<std::jthread> posters;
  for (int thread = 0; thread < threads; ++thread) {
    posters.emplace_back([&, thread] {
      for (int index = 0; index < each; ++index) {
        loop_.post([&, thread, index] {
          EXPECT_EQ(std::this_thread::get_id(), home);
          EXPECT_EQ(std::exchange(last[static_cast<std::size_t>(thread)], index), index - 1);
          if (++calls == threads * each) loop_.stop();
        });
      }
    });
  }
  run(wait_for_the_end());
  EXPECT_EQ(calls, threads * each);
}

TEST_F(LoopTest, wakes_for_each_thing_posted_while_it_sleeps) {
  // Ping-pong with another thread: a wake-up that was lost would hang here.
  std::atomic<int> ping = 0;
  std::jthread other([&] {
    for (int round = 0; round < 2'000; ++round) {
      loop_.post([&] {
        ++ping;
        ping.notify_one();
      });
      ping.wait(round);
    }
    loop_.stop();
  });
  run(wait_for_the_end());
  EXPECT_EQ(ping, 2'000);
}

TEST_F(LoopTest, stopped_before_it_runs_ends_at_the_first_wait) {
  loop_.stop();
  run(wait_for_the_end());
}

TEST_F(LoopTest, stopped_by_its_own_task_ends) {
  auto body = [](Loop& loop) -> Task<> {
    loop.stop();
    co_await wait_for_the_end();
  };
  run(body(loop_));
}

TEST_F(LoopTest, stopped_twice_ends_once) {
  loop_.stop();
  loop_.stop();
  run(wait_for_the_end());
}

TEST_F(LoopTest, stopped_by_many_threads_at_once_ends) {
  std::vector<std::jthread> stoppers;
  std::latch running(1);
  for (int index = 0; index < 4; ++index) {
    stoppers.emplace_back([&] {
      running.wait();
      loop_.stop();
    });
  }
  loop_.post([&] { running.count_down(); });
  run(wait_for_the_end());
}

TEST_F(LoopTest, stopped_lets_its_tasks_clean_up) {
  auto body = [](std::string& notes) -> Task<> {
    Result<void> ended = co_await attempt(sleep(forever));
    notes = ended.error().what();
    co_await yield();
    notes += ", then cleaned up";
  };
  std::string notes;
  loop_.post([this] { loop_.stop(); });
  run(body(notes));
  EXPECT_EQ(notes, "sleep: cancelled, then cleaned up");
}

TEST_F(LoopTest, takes_posts_while_it_stops) {
  std::atomic<bool> over = false;
  std::jthread poster([&] {
    while (!over) loop_.post([] {});
  });
  for (int round = 0; round < 50; ++round) {
    loop_.post([this] { loop_.stop(); });
    run(wait_for_the_end());
  }
  over = true;
}

// The thread that stops a loop may not have come back from stop() when the loop ends.
TEST(Loop, may_go_as_soon_as_it_was_stopped) {
  testing::Deadline deadline;
  std::vector<std::jthread> stoppers;
  for (int round = 0; round < 200; ++round) {
    auto loop = std::make_unique<Loop>(make_backend({}));
    stoppers.emplace_back([stopped = loop.get()] { stopped->stop(); });
    loop->run(wait_for_the_end());
  }
}

TEST(Loop, runs_beside_others_on_threads_of_their_own) {
  testing::Deadline deadline;
  constexpr int count = 4;
  std::vector<std::unique_ptr<Loop>> loops;
  for (int index = 0; index < count; ++index) {
    loops.push_back(std::make_unique<Loop>(make_backend({})));
  }
  // A token goes round the ring of loops; whoever has had it enough stops all.
  std::function<void(int)> pass = [&](int step) {
    if (step == 4'000) {
      for (auto& loop : loops) loop->stop();
      return;
    }
    loops[static_cast<std::size_t>(step % count)]->post([&pass, step] { pass(step + 1); });
  };
  pass(0);
  std::vector<std::jthread> threads;
  for (auto& loop : loops) threads.emplace_back([&loop] { loop->run(wait_for_the_end()); });
}

TEST(Loop, lets_go_of_what_was_posted_and_never_called) {
  auto held = std::make_shared<int>(1);
  {
    Loop loop(make_backend({}));
    loop.post([held] {});
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Loop, without_a_backend_can_not_be) {
  EXPECT_DEATH(Loop(nullptr), "check failed");
}

}  // namespace
}  // namespace bowline
