#include "bowline/base/text.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

TEST(Text, letters_are_equal_in_any_case) {
  EXPECT_TRUE(equals_ignoring_case("Close", "cLOSE"));
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_FALSE(equals_ignoring_case("close", "close "));
  EXPECT_FALSE(equals_ignoring_case("close", "clos"));
}

TEST(Text, only_ascii_letters_have_a_case) {
  for (int left = 0; left < 256; ++left) {
    for (int right = 0; right < 256; ++right) {
      char a = static_cast<char>(left);
      char b = static_cast<char>(right);
      bool letters = (left ^ right) == 0x20 && (left | 0x20) >= 'a' && (left | 0x20) <= 'z';
      EXPECT_EQ(equals_ignoring_case({&a, 1}, {&b, 1}), left == right || letters);
    }
  }
}

}  // namespace
}  // namespace bowline
