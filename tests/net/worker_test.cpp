#include "bowline/net/worker.h"

#include "bowline/task/wait.h"
#include "tests/support/deadline.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

namespace bowline {
namespace {

using namespace std::chrono_literals;

Task<> note(std::atomic<int>& count) {
  co_await yield();
  ++count;
}

Task<> wait_for_the_end(std::atomic<int>& ended) {
  Result<void> stopped = co_await attempt(sleep(forever));
  ++ended;
}

TEST(Worker, runs_a_body_with_its_scope_on_this_thread) {
  testing::Deadline deadline;
  Worker worker;
  std::atomic<int> count = 0;
  auto body = [&](Scope& scope) {
    EXPECT_EQ(&scope, &worker.scope());
    scope.start(note(count));
    return note(count);
  };
  worker.run(body);
  EXPECT_EQ(count, 2);
}

TEST(Worker, throws_what_its_body_threw) {
  testing::Deadline deadline;
  Worker worker;
  auto fail = []() -> Task<> {
    throw std::runtime_error("no");
    co_return;
  };
  EXPECT_THROW(worker.run([&](Scope&) { return fail(); }), std::runtime_error);
}

TEST(Worker, starts_tasks_that_other_threads_post) {
  testing::Deadline deadline;
  std::atomic<int> count = 0;
  std::latch done(1);
  Worker worker;
  worker.start_thread();
  {
    std::vector<std::jthread> posters;
    for (int thread = 0; thread < 4; ++thread) {
      posters.emplace_back([&] {
        for (int index = 0; index < 500; ++index) {
          worker.post([&](Scope& scope) { scope.start(note(count)); });
        }
      });
    }
  }
  auto last = [](std::atomic<int>& counted, std::latch& finished) -> Task<> {
    while (counted < 2000) co_await yield();
    finished.count_down();
  };
  worker.post([&](Scope& scope) { scope.start(last(count, done)); });
  done.wait();
  EXPECT_EQ(count, 2000);
}

// What is posted first may be read before the worker's own task has run.
TEST(Worker, takes_posts_from_the_first_moment) {
  testing::Deadline deadline;
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> count = 0;
    std::latch done(1);
    Worker worker;
    worker.post([&](Scope& scope) {
      scope.start(note(count));
      done.count_down();
    });
    worker.start_thread();
    done.wait();
  }
}

TEST(Worker, ends_its_tasks_when_it_is_stopped) {
  testing::Deadline deadline;
  std::atomic<int> ended = 0;
  std::latch begun(1);
  Worker worker;
  worker.start_thread();
  worker.post([&](Scope& scope) {
    for (int index = 0; index < 10; ++index) scope.start(wait_for_the_end(ended));
    begun.count_down();
  });
  begun.wait();
  worker.stop();
  worker.join();
  worker.join();
  EXPECT_EQ(ended, 10);
}

TEST(Worker, stops_and_joins_its_thread_when_it_goes) {
  testing::Deadline deadline;
  std::atomic<int> ended = 0;
  std::latch begun(1);
  {
    Worker worker;
    worker.start_thread();
    worker.post([&](Scope& scope) {
      scope.start(wait_for_the_end(ended));
      begun.count_down();
    });
    begun.wait();
  }
  EXPECT_EQ(ended, 1);
}

TEST(Worker, that_never_ran_goes) {
  testing::Deadline deadline;
  Worker worker;
  worker.post([](Scope&) { ADD_FAILURE() << "called without a thread"; });
}

TEST(Worker, can_not_be_on_a_backend_that_is_unknown) {
  EXPECT_THROW(Worker("fast"), Error);
}

TEST(Worker, calls_are_answered_when_their_task_has_ended) {
  testing::Deadline deadline;
  Worker worker;
  worker.start_thread();
  std::atomic<int> count = 0;
  for (int round = 1; round <= 100; ++round) {
    worker.call([&](Scope&) { return note(count); });
    EXPECT_EQ(count, round);
  }
  auto fail = []() -> Task<> {
    throw make_error(std::make_error_code(std::errc::protocol_error), "talk");
    co_return;
  };
  EXPECT_THROW(worker.call([&](Scope&) { return fail(); }), Error);
  worker.call([&](Scope&) { return note(count); });
}

TEST(Worker, calls_throw_whatever_their_body_or_its_task_threw) {
  testing::Deadline deadline;
  Worker worker;
  worker.start_thread();
  auto fail = []() -> Task<> {
    throw std::runtime_error("no");
    co_return;
  };
  auto refuse = [](Scope&) -> Task<> { throw std::runtime_error("no task"); };
  EXPECT_THROW(worker.call([&](Scope&) { return fail(); }), std::runtime_error);
  EXPECT_THROW(worker.call(refuse), std::runtime_error);
  std::atomic<int> count = 0;
  worker.call([&](Scope&) { return note(count); });
  EXPECT_EQ(count, 1);
}

TEST(Worker, finishes_when_all_tasks_have_ended_by_themselves) {
  testing::Deadline deadline;
  auto work = [](std::atomic<int>& done) -> Task<> {
    for (int turn = 0; turn < 100; ++turn) co_await yield();
    co_await sleep(1ms);
    ++done;
  };
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> done = 0;
    Worker worker;
    worker.start_thread();
    worker.post([&](Scope& scope) { scope.start(work(done)); });
    worker.finish();
    EXPECT_EQ(done, 1);
  }
}

}  // namespace
}  // namespace bowline
