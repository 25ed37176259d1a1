#include "bowline/base/bytes_builder.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

TEST(BytesBuilder, keeps_what_was_put_in_in_order) {
  BytesBuilder buffer;
  std::string expected;
  for (int index = 0; index < 500; ++index) {
    std::string piece(static_cast<std::size_t>(index % 37), static_cast<char>('a' + index % 26));
    buffer.append(piece);
    expected += piece;
  }
  EXPECT_EQ(buffer.bytes().text(), expected);
}

TEST(BytesBuilder, holds_no_memory_until_something_is_put_in) {
  BytesBuilder buffer;
  EXPECT_EQ(buffer.capacity(), 0u);
  buffer.append("");
  EXPECT_EQ(buffer.capacity(), 0u);
  buffer.append("x");
  EXPECT_GT(buffer.capacity(), 0u);
}

TEST(BytesBuilder, that_is_cleared_keeps_its_memory_and_released_does_not) {
  BytesBuilder buffer;
  buffer.append(std::string(1000, 'x'));
  std::size_t capacity = buffer.capacity();
  buffer.clear();
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.capacity(), capacity);
  buffer.release();
  EXPECT_EQ(buffer.capacity(), 0u);
}

TEST(BytesBuilder, gives_its_bytes_away) {
  BytesBuilder buffer;
  EXPECT_EQ(buffer.detach(), nullptr);
  buffer.append("abc");
  std::byte* detached = buffer.detach();
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(Bytes(detached, 3).text(), "abc");
  BytesBuilder::free(detached);
}

TEST(BytesBuilder, does_not_grow_within_what_was_reserved) {
  BytesBuilder buffer;
  buffer.append("x");
  buffer.reserve(5000);
  const std::byte* memory = buffer.data();
  buffer.append(std::string(5000, 'y'));
  EXPECT_EQ(buffer.data(), memory);
}

TEST(BytesBuilder, grows_in_steps_that_double) {
  BytesBuilder buffer;
  int grown = 0;
  for (int index = 0; index < 1 << 20; ++index) {
    std::size_t capacity = buffer.capacity();
    *buffer.extend(1) = std::byte{'x'};
    grown += buffer.capacity() != capacity;
  }
  EXPECT_LE(grown, 14);
}

TEST(BytesBuilder, that_was_moved_from_is_empty_and_usable) {
  BytesBuilder buffer;
  buffer.append("abc");
  BytesBuilder other = std::move(buffer);
  EXPECT_EQ(other.bytes().text(), "abc");
  EXPECT_TRUE(buffer.empty());
  buffer.append("new");
  other = std::move(buffer);
  EXPECT_EQ(other.bytes().text(), "new");
}

}  // namespace
}  // namespace bowline
