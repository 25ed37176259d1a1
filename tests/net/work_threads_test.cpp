#include "bowline/net/work_threads.h"

#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <atomic>
#include <future>
#include <thread>

namespace bowline {
namespace {

using namespace std::chrono_literals;

class WorkThreadsTest : public testing::LoopTest {};

TEST_F(WorkThreadsTest, work_is_done_by_another_thread_while_the_loop_goes_on) {
  WorkThreads threads;
  std::promise<void> gate;
  std::thread::id worker;
  auto body = [](Scope& scope, Network network, WorkThreads* on, std::promise<void>* open,
                 std::thread::id* who) -> Task<> {
    auto unblock = [](std::promise<void>* promise) -> Task<> {
      co_await yield();
      promise->set_value();
    };
    scope.start(unblock(open));  // the work waits for what this loop does
    std::function<void()> work = [open, who] {
      open->get_future().wait();
      *who = std::this_thread::get_id();
    };
    co_await on->run(network, std::move(work));
  };
  run(with_scope(body, network_, &threads, &gate, &worker));
  EXPECT_NE(worker, std::thread::id());
  EXPECT_NE(worker, std::this_thread::get_id());
}

TEST_F(WorkThreadsTest, only_so_many_run_at_once_and_so_many_wait) {
  WorkThreads threads({.threads = 1, .waiting_max = 2});
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  int refused = 0;
  std::promise<void> gate;
  std::shared_future<void> opened = gate.get_future().share();
  auto one = [](Network network, WorkThreads* on, std::function<void()> work,
                int* counted) -> Task<> {
    Result<void> done = co_await attempt(on->run(network, std::move(work)));
    if (!done) *counted += done.error().is(std::errc::resource_unavailable_try_again);
  };
  auto body = [](Scope& scope, auto begin, Network network, WorkThreads* on,
                 std::function<void()> work, int* counted, std::promise<void>* open) -> Task<> {
    for (int count = 0; count < 6; ++count) scope.start(begin(network, on, work, counted));
    co_await yield();
    co_await yield();
    open->set_value();
  };
  std::function<void()> work = [&] {
    most = std::max(most.load(), ++running);
    opened.wait();
    --running;
  };
  run(with_scope(body, one, network_, &threads, work, &refused, &gate));
  EXPECT_EQ(most, 1);
  EXPECT_GE(refused, 3);  // one runs, if its thread was quick, and two wait
  EXPECT_LE(refused, 4);
}

TEST_F(WorkThreadsTest, a_wait_that_is_cancelled_ends_at_once_and_the_work_goes_on_alone) {
  std::promise<void> gate;
  std::atomic<bool> done = false;
  {
    WorkThreads threads;
    auto body = [](Network network, WorkThreads* on, std::promise<void>* open,
                   std::atomic<bool>* finished) -> Task<> {
      std::function<void()> work = [open, finished] {
        open->get_future().wait();
        *finished = true;
      };
      Task<> working = within(10ms, on->run(network, std::move(work)));
      Result<void> result = co_await attempt(std::move(working));
      EXPECT_TRUE(!result && result.error().timed_out());
      EXPECT_FALSE(*finished);
    };
    run(body(network_, &threads, &gate, &done));
    gate.set_value();
  }
  EXPECT_TRUE(done);
}

TEST_F(WorkThreadsTest, without_threads_work_is_done_at_once) {
  WorkThreads threads({.threads = 0});
  std::thread::id worker;
  auto body = [](Network network, WorkThreads* on, std::thread::id* who) -> Task<> {
    std::function<void()> work = [who] { *who = std::this_thread::get_id(); };
    co_await on->run(network, std::move(work));
  };
  run(body(network_, &threads, &worker));
  EXPECT_EQ(worker, std::this_thread::get_id());
}

}  // namespace
}  // namespace bowline
