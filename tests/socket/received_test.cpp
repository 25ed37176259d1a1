#include "bowline/socket/received.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace bowline {
namespace {

Received received(std::string_view text) {
  Received data(text.size() + 10);
  std::copy(text.begin(), text.end(), reinterpret_cast<char*>(data.data()));
  data.truncate(text.size());
  return data;
}

std::size_t size_of(Bytes bytes) {
  return bytes.size();
}

TEST(Received, is_true_when_there_are_bytes) {
  EXPECT_TRUE(received("a"));
  EXPECT_FALSE(received(""));
  EXPECT_FALSE(Received());
  EXPECT_TRUE(Received().empty());
}

TEST(Received, can_be_taken_for_bytes) {
  Received data = received("hello");
  EXPECT_EQ(size_of(data), 5u);
  EXPECT_TRUE(Bytes(data) == "hello");
  EXPECT_EQ(repr(data), "b'hello'");
}

TEST(Received, is_a_view_of_text_while_it_lives_and_a_copy_when_it_goes) {
  Received data = received("hello");
  std::string_view view = data.text();
  EXPECT_EQ(view, "hello");
  auto copy = received("gone").text();
  static_assert(std::is_same_v<decltype(copy), std::string>);
  EXPECT_EQ(copy, "gone");
}

TEST(Received, that_was_moved_from_is_empty) {
  Received data = received("hello");
  Received other = std::move(data);
  EXPECT_TRUE(data.empty());
  EXPECT_EQ(other.text(), "hello");
  data = std::move(other);
  EXPECT_EQ(data.text(), "hello");
  EXPECT_EQ(other.text(), "");
}

TEST(Received, never_grows_by_cutting) {
  Received data = received("hello");
  data.truncate(100);
  EXPECT_EQ(data.size(), 5u);
  data.truncate(2);
  EXPECT_EQ(data.text(), "he");
}

}  // namespace
}  // namespace bowline
