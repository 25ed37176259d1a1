#include "bowline/task/gate.h"

#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

namespace bowline {
namespace {

using Gates = bowline::testing::VirtualLoopTest;
using namespace std::chrono_literals;

Task<> pass(Gate* gate, std::string* log) {
  *log += "wait ";
  co_await gate->passed();
  *log += "passed ";
}

Task<> open(Gate* gate, std::string* log) {
  co_await sleep(1s);
  *log += "open ";
  gate->open();
}

Task<> pass_and_open(Scope& scope, Gate* gate, std::string* log) {
  scope.start(pass(gate, log));
  scope.start(open(gate, log));
  co_return;
}

TEST_F(Gates, hold_a_task_until_they_are_opened) {
  Gate gate;
  std::string log;
  run(with_scope(pass_and_open, &gate, &log));
  EXPECT_EQ(log, "wait open passed ");
}

TEST_F(Gates, that_are_open_hold_nobody) {
  Gate gate;
  std::string log;
  gate.open();
  run(pass(&gate, &log));
  EXPECT_EQ(log, "wait passed ");
}

TEST_F(Gates, can_be_closed_again) {
  Gate gate;
  std::string log;
  gate.open();
  gate.close();
  run(with_scope(pass_and_open, &gate, &log));
  EXPECT_EQ(log, "wait open passed ");
}

TEST_F(Gates, let_go_who_is_cancelled) {
  Gate gate;
  std::string log;
  run(within(1s, pass(&gate, &log)));
  EXPECT_EQ(log, "wait passed ");
}

}  // namespace
}  // namespace bowline
