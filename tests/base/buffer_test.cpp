#include "bowline/base/buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <random>

namespace bowline {
namespace {

std::string text_of(const Buffer& buffer) {
  return std::string(buffer.bytes().text());
}

TEST(Buffer, gives_bytes_in_the_order_they_came) {
  Buffer buffer(100);
  EXPECT_TRUE(buffer.append("one "));
  EXPECT_TRUE(buffer.append("two"));
  EXPECT_EQ(text_of(buffer), "one two");
  buffer.consume(4);
  EXPECT_EQ(text_of(buffer), "two");
  EXPECT_EQ(buffer.size(), 3u);
}

TEST(Buffer, takes_all_or_nothing_at_its_limit) {
  Buffer buffer(5);
  EXPECT_TRUE(buffer.append("abc"));
  EXPECT_FALSE(buffer.append("def"));
  EXPECT_EQ(text_of(buffer), "abc");
  EXPECT_TRUE(buffer.append("de"));
  EXPECT_EQ(buffer.room(), 0u);
  EXPECT_FALSE(buffer.append("x"));
  EXPECT_TRUE(buffer.append(""));
}

TEST(Buffer, holds_no_memory_when_empty) {
  Buffer buffer(100);
  EXPECT_EQ(buffer.bytes().data(), nullptr);
  EXPECT_TRUE(buffer.append("abc"));
  EXPECT_NE(buffer.bytes().data(), nullptr);
  buffer.consume(3);
  EXPECT_EQ(buffer.bytes().data(), nullptr);
}

TEST(Buffer, holds_no_memory_when_what_was_prepared_was_not_filled) {
  Buffer buffer(100);
  EXPECT_EQ(buffer.prepare(50).size(), 50u);
  buffer.commit(0);
  EXPECT_EQ(buffer.bytes().data(), nullptr);
}

TEST(Buffer, prepares_no_more_than_its_limit_allows) {
  Buffer buffer(10);
  MutableBytes room = buffer.prepare(100);
  ASSERT_EQ(room.size(), 10u);
  std::fill(room.begin(), room.begin() + 4, std::byte{'x'});
  buffer.commit(4);
  EXPECT_EQ(text_of(buffer), "xxxx");
  EXPECT_EQ(buffer.prepare(100).size(), 6u);
  buffer.commit(6);
  EXPECT_TRUE(buffer.prepare(1).empty());
}

TEST(Buffer, without_a_limit_can_be_used) {
  Buffer buffer(std::numeric_limits<std::size_t>::max());
  EXPECT_TRUE(buffer.append(std::string(10000, 'x')));
  EXPECT_EQ(buffer.size(), 10000u);
}

TEST(Buffer, that_was_moved_from_is_empty_and_usable) {
  Buffer buffer(100);
  EXPECT_TRUE(buffer.append("abc"));
  Buffer other = std::move(buffer);
  EXPECT_EQ(text_of(other), "abc");
  EXPECT_TRUE(buffer.empty());
  EXPECT_TRUE(buffer.append("new"));
  EXPECT_EQ(text_of(buffer), "new");
  buffer = std::move(other);
  EXPECT_EQ(text_of(buffer), "abc");
  EXPECT_TRUE(other.empty());
}

TEST(BufferDeathTest, stops_the_program_when_more_is_consumed_than_there_is) {
  Buffer buffer(100);
  EXPECT_TRUE(buffer.append("abc"));
  EXPECT_DEATH(buffer.consume(4), "check failed");
  EXPECT_DEATH(buffer.commit(1000), "check failed");
}

// A plain deque is the model; every step must agree with it.
TEST(Buffer, behaves_as_a_queue_whatever_is_done_to_it) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    std::size_t limit = 1 + random() % 3000;
    Buffer buffer(limit);
    std::deque<char> model;
    for (int step = 0; step < 300; ++step) {
      std::size_t count = random() % 700;
      if (random() % 3 == 0) {
        count = std::min(count, model.size());
        buffer.consume(count);
        model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(count));
      } else if (random() % 2 == 0) {
        std::string text(count, static_cast<char>('a' + step % 26));
        bool fits = count <= limit - model.size();
        ASSERT_EQ(buffer.append(text), fits) << "seed " << seed;
        if (fits) model.insert(model.end(), text.begin(), text.end());
      } else {
        MutableBytes room = buffer.prepare(count);
        ASSERT_EQ(room.size(), std::min(count, limit - model.size())) << "seed " << seed;
        std::fill(room.begin(), room.end(), std::byte{'#'});
        std::size_t filled = room.empty() ? 0 : random() % (room.size() + 1);
        buffer.commit(filled);
        model.insert(model.end(), filled, '#');
      }
      ASSERT_EQ(text_of(buffer), std::string(model.begin(), model.end())) << "seed " << seed;
      ASSERT_LE(buffer.size(), limit);
    }
  }
}

}  // namespace
}  // namespace bowline
