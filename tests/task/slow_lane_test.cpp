#include "bowline/task/slow_lane.h"

#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace bowline {
namespace {

using SlowLaneTest = testing::VirtualLoopTest;

struct Log {
  int done = 0;
  std::vector<int> order;
  std::vector<int> done_by_turn;
};

Task<> work(Log* log, int number) {
  co_await slow_turn();
  log->order.push_back(number);
  ++log->done;
}

Task<> note_turns(Log* log, int until) {
  while (log->done < until) {
    co_await yield();
    log->done_by_turn.push_back(log->done);
  }
}

Task<> work_all(Scope& scope, Log* log, int count) {
  for (int number = 0; number < count; ++number) scope.start(work(log, number));
  scope.start(note_turns(log, count));
  co_return;
}

TEST_F(SlowLaneTest, lets_a_few_go_on_in_each_turn_in_the_order_they_came) {
  Log log;
  run(with_scope(work_all, &log, 100));
  int most = 0;
  for (std::size_t turn = 1; turn < log.done_by_turn.size(); ++turn) {
    most = std::max(most, log.done_by_turn[turn] - log.done_by_turn[turn - 1]);
  }
  EXPECT_EQ(most, 1 + 100 / 16);
  EXPECT_TRUE(std::is_sorted(log.order.begin(), log.order.end()));
  EXPECT_EQ(log.done, 100);
}

TEST_F(SlowLaneTest, is_used_again_after_all_have_gone) {
  Log log;
  run(with_scope(work_all, &log, 3));
  run(with_scope(work_all, &log, 3));
  EXPECT_EQ(log.done, 6);
}

}  // namespace
}  // namespace bowline
