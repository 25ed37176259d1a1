#include "bowline/task/timer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <vector>

namespace bowline {
namespace {

constexpr Time start{std::chrono::hours(1)};

Time at(int steps) {
  return start + Duration(steps);
}

struct Noting : Timer {
  Noting(std::vector<int>& to, int number) : fired(&to), name(number) {}
  void fire() override {
    fired->push_back(name);
    if (also) also();
  }
  std::vector<int>* fired;
  int name;
  std::function<void()> also;
};

TEST(Timers, fire_in_the_order_of_their_times) {
  std::vector<int> fired;
  Noting late(fired, 3), early(fired, 1), middle(fired, 2);
  Timers timers;
  timers.set(late, at(30));
  timers.set(early, at(10));
  timers.set(middle, at(20));
  EXPECT_EQ(timers.next(), at(10));
  timers.fire_due(at(100));
  EXPECT_EQ(fired, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(timers.next(), never);
}

TEST(Timers, fire_when_due_and_not_before) {
  std::vector<int> fired;
  Noting first(fired, 1), second(fired, 2);
  Timers timers;
  timers.set(first, at(10));
  timers.set(second, at(11));
  timers.fire_due(at(9));
  EXPECT_TRUE(fired.empty());
  timers.fire_due(at(10));
  EXPECT_EQ(fired, std::vector<int>{1});
  EXPECT_EQ(timers.next(), at(11));
}

TEST(Timers, that_were_cleared_do_not_fire) {
  std::vector<int> fired;
  Noting first(fired, 1), second(fired, 2);
  Timers timers;
  timers.set(first, at(10));
  timers.set(second, at(20));
  timers.clear(first);
  timers.clear(first);
  EXPECT_EQ(timers.size(), 1u);
  timers.fire_due(at(100));
  EXPECT_EQ(fired, std::vector<int>{2});
}

TEST(Timers, can_be_set_again_after_they_fired) {
  std::vector<int> fired;
  Noting timer(fired, 1);
  Timers timers;
  for (int round = 1; round <= 3; ++round) {
    timers.set(timer, at(round));
    timers.fire_due(at(round));
  }
  EXPECT_EQ(fired.size(), 3u);
}

TEST(Timers, that_are_set_already_can_not_be_set) {
  std::vector<int> fired;
  Noting timer(fired, 1);
  Timers timers;
  timers.set(timer, at(1));
  EXPECT_DEATH(timers.set(timer, at(2)), "check failed");
  timers.clear(timer);
}

TEST(Timers, that_set_themselves_again_do_not_hold_up_the_loop) {
  std::vector<int> fired;
  Noting timer(fired, 1);
  Timers timers;
  timer.also = [&] { timers.set(timer, at(1)); };
  timers.set(timer, at(1));
  timers.fire_due(at(5));
  EXPECT_EQ(fired.size(), 1u);
  EXPECT_EQ(timers.next(), at(1));
  timers.clear(timer);
}

TEST(Timers, that_are_due_at_once_fire_so_many_at_a_time) {
  std::vector<int> fired;
  std::vector<std::unique_ptr<Noting>> all;
  Timers timers;
  for (int index = 0; index < 40; ++index) {
    all.push_back(std::make_unique<Noting>(fired, index));
    timers.set(*all.back(), at(1));
  }
  timers.fire_due(at(1));
  EXPECT_EQ(fired.size(), Timers::fired_max);
  EXPECT_EQ(timers.next(), at(1));
  timers.fire_due(at(1));
  EXPECT_EQ(fired.size(), all.size());
}

TEST(Timers, may_clear_each_other_while_they_fire) {
  std::vector<int> fired;
  std::vector<std::unique_ptr<Noting>> all;
  Timers timers;
  for (int index = 0; index < 50; ++index) {
    all.push_back(std::make_unique<Noting>(fired, index));
    timers.set(*all.back(), at(index));
  }
  for (int index = 0; index < 50; index += 2) {
    all[index]->also = [&timers, other = all[index + 1].get()] { timers.clear(*other); };
  }
  timers.fire_due(at(100));
  EXPECT_EQ(fired.size(), 25u);
  EXPECT_TRUE(std::ranges::all_of(fired, [](int name) { return name % 2 == 0; }));
  EXPECT_EQ(timers.size(), 0u);
}

// Against a model that sorts: whatever was set and cleared in whatever order.
TEST(Timers, do_as_a_sorted_list_would) {
  std::mt19937 random(20240229);
  for (int round = 0; round < 200; ++round) {
    std::vector<int> fired;
    std::vector<std::unique_ptr<Noting>> all;
    std::vector<std::pair<Time, int>> model;
    Timers timers;
    for (int index = 0; index < 100; ++index) {
      all.push_back(std::make_unique<Noting>(fired, index));
      Time time = at(static_cast<int>(random() % 1000) * 100 + index);  // no two are the same
      timers.set(*all.back(), time);
      model.emplace_back(time, index);
      if (random() % 3 != 0) continue;
      std::size_t gone = random() % model.size();
      timers.clear(*all[static_cast<std::size_t>(model[gone].second)]);
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(gone));
    }
    std::ranges::sort(model);
    ASSERT_EQ(timers.next(), model.empty() ? never : model.front().first);
    while (timers.next() != never) timers.fire_due(at(1'000'000));
    std::vector<int> expected;
    for (const auto& [time, name] : model) expected.push_back(name);
    ASSERT_EQ(fired, expected) << "in round " << round;
  }
}

TEST(Timers, at_the_end_of_time_do_not_fire_before_it) {
  std::vector<int> fired;
  Noting timer(fired, 1);
  Timers timers;
  timers.set(timer, never);
  timers.fire_due(at(1));
  EXPECT_TRUE(fired.empty());
  EXPECT_EQ(timers.next(), never);
  timers.clear(timer);
  EXPECT_EQ(timers.size(), 0u);
}

}  // namespace
}  // namespace bowline
