#include "bowline/services/trace_lines.h"

#include "bowline/task/scope.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using Kind = TraceEvent::Kind;

class TraceLinesTest : public testing::VirtualLoopTest {
 protected:
  TraceEvent event(Kind kind, std::string_view bytes = {}, MessageKind message = {}) {
    return {kind, 7, now() + 250ms, Bytes(bytes), message};
  }
  std::string next(TraceLines& lines) {
    std::string text;
    auto read = [](TraceLines* from, std::string* into) -> Task<> {
      *into = co_await from->next();
    };
    run(read(&lines, &text));
    return text;
  }

  Network network_{loop_};
};

TEST_F(TraceLinesTest, tell_what_happened) {
  TraceLines lines(network_, 1000);
  Tracer tracer = lines.tracer();
  tracer(event(Kind::received, "hello", MessageKind::text));
  tracer(event(Kind::sent, std::string_view("\0\xff", 2)));
  tracer(event(Kind::closed));
  EXPECT_EQ(next(lines),
            R"({"seconds":0.25,"event":"received","message":"text","size":5,"data":"aGVsbG8="})"
            "\n"
            R"({"seconds":0.25,"event":"sent","size":2,"data":"AP8="})"
            "\n"
            R"({"seconds":0.25,"event":"closed"})"
            "\n");
}

TEST_F(TraceLinesTest, end_when_nobody_traces_any_more) {
  TraceLines lines(network_, 1000);
  Tracer tracer = lines.tracer();
  Tracer copy = tracer;
  copy(event(Kind::input_ended));
  tracer = {};
  EXPECT_FALSE(lines.ended());
  copy = {};
  EXPECT_TRUE(lines.ended());
  EXPECT_EQ(next(lines), "{\"seconds\":0.25,\"event\":\"input_ended\"}\n");
  EXPECT_EQ(next(lines), "");
}

TEST_F(TraceLinesTest, count_those_that_were_not_read_in_time) {
  TraceLines lines(network_, 100);
  Tracer tracer = lines.tracer();
  for (int round = 0; round < 4; ++round) tracer(event(Kind::sent, "0123456789"));
  EXPECT_EQ(next(lines), R"({"seconds":0.25,"event":"sent","size":10,"data":"MDEyMzQ1Njc4OQ=="})"
                         "\n"
                         R"({"event":"dropped","count":3})"
                         "\n");
  tracer(event(Kind::closed));
  EXPECT_EQ(next(lines), "{\"seconds\":0.25,\"event\":\"closed\"}\n");
}

TEST(TraceLines, come_from_another_thread_and_outlive_their_reader) {
  testing::Deadline deadline;
  Loop loop(make_backend({}));
  std::thread other;
  auto read = [](Network network, std::thread* thread) -> Task<> {
    TraceLines lines(network, 1 << 20);
    *thread = std::thread([tracer = lines.tracer()] {
      for (int count = 0; count < 1000; ++count) tracer({Kind::closed, 1, Time()});
    });
    std::string all;
    while (all.size() < 500 * 32) all += co_await lines.next();
  };
  loop.run(read(Network(loop), &other));
  other.join();
}

}  // namespace
}  // namespace bowline
