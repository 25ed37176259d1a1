#include "bowline/server/inbox.h"

#include "bowline/net/worker.h"
#include "bowline/task/wait.h"
#include "tests/support/deadline.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <optional>
#include <thread>

namespace bowline {
namespace {

Task<> open(Inbox& inbox) {
  inbox.open();
  co_return;
}

Task<> close(Inbox& inbox) {
  inbox.close();
  co_return;
}

TEST(Inbox, has_work_done_on_the_loop_while_it_is_open) {
  testing::Deadline deadline;
  Worker worker;
  Inbox inbox(worker.network());
  std::thread::id caller = std::this_thread::get_id();
  std::thread::id at_once, on_loop;
  inbox.put([&] { at_once = std::this_thread::get_id(); });
  EXPECT_EQ(at_once, caller);
  worker.start_thread();
  worker.call([&](Scope&) { return open(inbox); });
  std::latch done(1);
  inbox.put([&] {
    on_loop = std::this_thread::get_id();
    done.count_down();
  });
  done.wait();
  EXPECT_NE(on_loop, caller);
  worker.call([&](Scope&) { return close(inbox); });
  at_once = {};
  inbox.put([&] { at_once = std::this_thread::get_id(); });
  EXPECT_EQ(at_once, caller);
}

TEST(Inbox, does_everything_once_whenever_it_is_closed) {
  testing::Deadline deadline;
  for (int round = 0; round < 50; ++round) {
    std::optional<Worker> worker;
    worker.emplace();
    Inbox inbox(worker->network());
    worker->start_thread();
    worker->call([&](Scope&) { return open(inbox); });
    constexpr int count = 2000;
    std::atomic<int> done = 0;
    std::jthread other([&] {
      for (int index = 0; index < count; ++index) inbox.put([&] { ++done; });
    });
    while (done < round * 10) std::this_thread::yield();
    worker->call([&](Scope&) { return close(inbox); });
    worker.reset();  // its loop has gone, and is not asked
    other.join();
    EXPECT_EQ(done, count);
  }
}

}  // namespace
}  // namespace bowline
