#include "bowline/sim/agenda.h"

#include "bowline/base/random.h"

#include <gtest/gtest.h>

#include <memory>

namespace bowline::sim {
namespace {

struct Numbered final : Event {
  explicit Numbered(int is) : number(is) {}
  void happen() override {}
  int number;
};

Time at(int nanoseconds) {
  return Time(Duration(nanoseconds));
}

int take_number(Agenda& agenda) {
  return static_cast<Numbered&>(agenda.take()).number;
}

TEST(Agenda, gives_the_earliest_first) {
  Agenda agenda;
  Numbered one(1), two(2), three(3);
  agenda.set(two, at(20));
  agenda.set(three, at(30));
  agenda.set(one, at(10));
  EXPECT_EQ(agenda.next(), at(10));
  for (int number : {1, 2, 3}) EXPECT_EQ(take_number(agenda), number);
  EXPECT_EQ(agenda.next(), never);
}

TEST(Agenda, gives_those_of_one_time_in_the_order_they_were_set) {
  Agenda agenda;
  std::vector<std::unique_ptr<Numbered>> events;
  for (int number = 0; number < 100; ++number) {
    events.push_back(std::make_unique<Numbered>(number));
    agenda.set(*events.back(), at(5));
  }
  for (int number = 0; number < 100; ++number) EXPECT_EQ(take_number(agenda), number);
}

TEST(Agenda, set_again_moves_an_event_and_set_by_only_forward) {
  Agenda agenda;
  Numbered one(1), two(2);
  agenda.set(one, at(10));
  agenda.set(two, at(20));
  agenda.set(one, at(30));
  agenda.set_by(two, at(40));
  EXPECT_EQ(two.at(), at(20));
  agenda.set_by(one, at(15));
  EXPECT_EQ(take_number(agenda), 1);
  EXPECT_FALSE(one.is_set());
}

TEST(Agenda, forgets_an_event_that_is_no_more) {
  Agenda agenda;
  auto gone = std::make_unique<Numbered>(1);
  agenda.set(*gone, at(10));
  gone.reset();
  EXPECT_EQ(agenda.size(), 0u);
}

TEST(Agenda, keeps_its_order_whatever_is_set_and_cleared) {
  Random random(9);
  Agenda agenda;
  std::vector<std::unique_ptr<Numbered>> events;
  for (int number = 0; number < 500; ++number) {
    events.push_back(std::make_unique<Numbered>(number));
    agenda.set(*events.back(), at(int(random.below(100))));
    if (random.chance(0.3)) agenda.clear(*events[random.below(events.size())]);
    if (random.chance(0.3)) agenda.set(*events[random.below(events.size())], at(50));
  }
  Time last{};
  while (agenda.size() > 0) {
    Event& event = agenda.take();
    EXPECT_GE(event.at(), last);
    last = event.at();
  }
}

}  // namespace
}  // namespace bowline::sim
