#include "bowline/base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace bowline {
namespace {

TEST(Random, gives_the_same_numbers_on_every_machine) {
  Random random(1);
  EXPECT_EQ(random.next(), 0xB3F2AF6D0FC710C5u);
  EXPECT_EQ(random.next(), 0x853B559647364CEAu);
}

TEST(Random, of_another_seed_gives_other_numbers) {
  EXPECT_NE(Random(1).next(), Random(2).next());
}

TEST(Random, below_gives_every_number_below_and_no_other) {
  Random random(3);
  std::set<std::uint64_t> seen;
  for (int round = 0; round < 1000; ++round) seen.insert(random.below(7));
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_EQ(*seen.rbegin(), 6u);
  EXPECT_EQ(random.below(1), 0u);
}

TEST(Random, between_includes_both_ends) {
  Random random(4);
  std::set<std::uint64_t> seen;
  for (int round = 0; round < 100; ++round) seen.insert(random.between(5, 6));
  EXPECT_EQ(seen, (std::set<std::uint64_t>{5, 6}));
}

TEST(Random, chance_is_as_often_true_as_it_says) {
  Random random(5);
  int count = 0;
  for (int round = 0; round < 10'000; ++round) count += random.chance(0.25);
  EXPECT_NEAR(count, 2500, 150);
  EXPECT_FALSE(random.chance(0));
  EXPECT_TRUE(random.chance(1));
}

}  // namespace
}  // namespace bowline
