#include "bowline/net/run.h"

#include "bowline/loop/loop.h"
#include "bowline/task/wait.h"
#include "tests/support/deadline.h"

#include <gtest/gtest.h>

#include <string>

namespace bowline {
namespace {

using namespace std::chrono_literals;

TEST(Run, is_zero_for_main_when_the_task_ends) {
  testing::Deadline deadline;
  bool ran = false;
  auto body = [](Network network, bool& done) -> Task<> {
    Time begin = network.now();
    co_await sleep(1ms);
    EXPECT_GE(network.now() - begin, 1ms);
    done = true;
  };
  EXPECT_EQ(run([&](Network network) { return body(network, ran); }), 0);
  EXPECT_TRUE(ran);
}

TEST(Run, tells_of_an_exception_and_is_one) {
  testing::Deadline deadline;
  auto body = [](Network) -> Task<> {
    throw make_error(ECONNREFUSED, "knock on the door");
    co_return;
  };
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(run(body), 1);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "error: knock on the door: connection refused\n");
}

TEST(Run, tells_of_a_backend_that_is_unknown) {
  testing::Deadline deadline;
  auto body = [](Network) -> Task<> { co_return; };
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(run(body, "fast"), 1);
  std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("start the backend fast"), std::string::npos) << text;
}

TEST(MakeLoop, makes_a_loop_or_says_why_not) {
  EXPECT_EQ(make_loop()->backend().name(), make_backend({})->name());
  EXPECT_EQ(make_loop("epoll")->backend().name(), "epoll");
  EXPECT_THROW(make_loop("fast"), Error);
}

}  // namespace
}  // namespace bowline
