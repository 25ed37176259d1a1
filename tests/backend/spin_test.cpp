#include "bowline/backend/spin.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;

// Counts what a wait does. Something comes with the look of number `comes_at`, or else in sleep.
struct Watched {
  explicit Watched(Duration limit) : spin(limit) {}

  void wait(int comes_at, Duration sleep_time = {}, unsigned events = 1) {
    looks = sleeps = 0;
    auto look = [&] { return ++looks == comes_at ? events : 0; };
    auto sleep = [&] {
      ++sleeps;
      Time end = os::now() + sleep_time;
      while (os::now() < end) continue;
      return events;
    };
    spin.wait(never, look, sleep, [&] { return who; });
  }

  // Events that came one by one, without a wait.
  void see_single_events() {
    for (unsigned count = 0; count <= Spin::alone_min; ++count) wait(1);
  }

  Spin spin;
  std::uint64_t who = 1;
  int looks = 0;
  int sleeps = 0;
};

TEST(Spin, of_no_length_sleeps_at_once) {
  Watched watched(Duration(0));
  watched.wait(1);
  EXPECT_EQ(watched.looks, 0);
  EXPECT_EQ(watched.sleeps, 1);
}

TEST(Spin, does_not_sleep_when_something_is_there) {
  Watched watched(1s);
  watched.wait(1);
  EXPECT_EQ(watched.sleeps, 0);
}

TEST(Spin, sleeps_at_once_before_there_was_any_traffic) {
  Watched watched(1s);
  watched.see_single_events();
  watched.wait(1'000'000);
  EXPECT_EQ(watched.looks, 1);
  EXPECT_EQ(watched.sleeps, 1);
}

TEST(Spin, looks_again_after_a_short_wait) {
  Watched watched(10s);
  watched.see_single_events();
  watched.wait(1'000'000);
  watched.wait(5);
  EXPECT_EQ(watched.looks, 5);
  EXPECT_EQ(watched.sleeps, 0);
}

TEST(Spin, sleeps_at_once_when_events_come_together) {
  Watched watched(10s);
  watched.see_single_events();
  watched.wait(1'000'000, 0ns, 2);
  watched.wait(1'000'000);
  EXPECT_EQ(watched.looks, 1);
  EXPECT_EQ(watched.sleeps, 1);
  watched.see_single_events();
  watched.wait(5);
  EXPECT_EQ(watched.looks, 5);
}

TEST(Spin, looks_for_two_that_take_turns_and_not_for_three) {
  Watched watched(10s);
  auto take_turns = [&](std::uint64_t count) {
    for (int turn = 0; turn < 20; ++turn) {
      watched.who = 1 + watched.who % count;
      watched.wait(1);
    }
    watched.wait(5);
  };
  watched.wait(1'000'000);
  take_turns(2);
  EXPECT_EQ(watched.looks, 5);
  take_turns(3);
  EXPECT_EQ(watched.sleeps, 1);
}

TEST(Spin, sleeps_when_its_limit_is_over_and_then_at_once) {
  Watched watched(100us);
  watched.see_single_events();
  watched.wait(1'000'000'000, 0ns);
  watched.wait(1'000'000'000, 1ms);
  EXPECT_GT(watched.looks, 1);
  EXPECT_EQ(watched.sleeps, 1);
  watched.wait(1'000'000'000, 1ms);
  EXPECT_EQ(watched.looks, 1);
  EXPECT_EQ(watched.sleeps, 1);
}

TEST(Spin, does_not_look_past_the_end_of_the_wait) {
  Watched watched(10s);
  watched.see_single_events();
  watched.wait(1'000'000);
  Time end = os::now() + 1ms;
  unsigned sleeps = 0;
  watched.spin.wait(
      end, [] { return 0u; }, [&] { return ++sleeps; }, [] { return std::uint64_t(1); });
  EXPECT_GE(os::now(), end);
  EXPECT_LT(os::now(), end + 5s);
  EXPECT_EQ(sleeps, 1u);
}

}  // namespace
}  // namespace bowline
