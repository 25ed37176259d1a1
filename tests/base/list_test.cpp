#include "bowline/base/list.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

struct Item {
  char name;
  Item* next = nullptr;
};

std::string drained(Queue<Item>& queue) {
  std::string names;
  while (Item* item = queue.pop()) names += item->name;
  return names;
}

struct QueueTest : ::testing::Test {
  Item a{'a'}, b{'b'}, c{'c'}, d{'d'};
  Queue<Item> queue;

  void fill() {
    queue.push(a);
    queue.push(b);
    queue.push(c);
  }
};

TEST_F(QueueTest, gives_the_oldest_first) {
  EXPECT_TRUE(queue.empty());
  fill();
  EXPECT_FALSE(queue.empty());
  EXPECT_EQ(drained(queue), "abc");
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.pop(), nullptr);
}

TEST_F(QueueTest, takes_items_again_after_it_ran_empty) {
  fill();
  drained(queue);
  queue.push(b);
  queue.push(a);
  EXPECT_EQ(drained(queue), "ba");
}

TEST_F(QueueTest, takes_over_all_of_another) {
  Queue<Item> other;
  queue.push(a);
  other.push(b);
  other.push(c);
  queue.take(other);
  EXPECT_TRUE(other.empty());
  queue.push(d);
  EXPECT_EQ(drained(queue), "abcd");
}

TEST_F(QueueTest, takes_over_from_and_into_empty_ones) {
  Queue<Item> other;
  queue.take(other);
  EXPECT_TRUE(queue.empty());
  other.push(a);
  queue.take(other);
  queue.push(b);
  queue.take(other);
  EXPECT_EQ(drained(queue), "ab");
}

TEST_F(QueueTest, lets_any_item_out_and_goes_on) {
  for (std::string_view rest : {"bc", "ac", "ab"}) {
    fill();
    Item& out = rest == "bc" ? a : rest == "ac" ? b : c;
    EXPECT_TRUE(queue.remove(out));
    EXPECT_FALSE(queue.remove(out));
    queue.push(d);
    EXPECT_EQ(drained(queue), std::string(rest) + "d");
  }
}

TEST_F(QueueTest, is_empty_when_its_only_item_was_let_out) {
  queue.push(a);
  EXPECT_TRUE(queue.remove(a));
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.remove(a));
}

}  // namespace
}  // namespace bowline
