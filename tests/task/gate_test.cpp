#include "bowline/task/gate.h"

#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

namespace bowline {
namespace {

using Gates = testing::VirtualLoopTest;
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

Task<> pass_thrice(Scope& scope, Gate* gate, std::string* log) {
  for (int count = 0; count < 3; ++count) scope.start(pass(gate, log));
  scope.start(open(gate, log));
  co_return;
}

TEST_F(Gates, let_all_through_that_wait) {
  Gate gate;
  std::string log;
  run(with_scope(pass_thrice, &gate, &log));
  EXPECT_EQ(log, "wait wait wait open passed passed passed ");
}

Task<> pulse_between(Scope& scope, Gate* gate, std::string* log) {
  scope.start(pass(gate, log));
  co_await sleep(1s);
  gate->pulse();
  Result<void> late = co_await attempt(within(1s, pass(gate, log)));
  *log += late ? "open" : late.error().what();
}

TEST_F(Gates, that_pulse_stay_closed) {
  Gate gate;
  std::string log;
  run(with_scope(pulse_between, &gate, &log));
  EXPECT_EQ(log, "wait wait passed wait: timed out after 1 s");
}

TEST_F(Gates, tell_who_is_cancelled) {
  Gate gate;
  std::string log;
  run([](Gate* at, std::string* to) -> Task<> {
    Result<void> passed = co_await attempt(within(1s, pass(at, to)));
    EXPECT_TRUE(passed.error().timed_out());
  }(&gate, &log));
  EXPECT_EQ(log, "wait ");
  gate.open();  // nobody waits any more
}

}  // namespace
}  // namespace bowline
