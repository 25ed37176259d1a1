#include "bowline/base/constant_time.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

TEST(ConstantTime, equal_is_the_same_bytes_and_as_many) {
  EXPECT_TRUE(equals_in_constant_time("secret", "secret"));
  EXPECT_TRUE(equals_in_constant_time("", ""));
  EXPECT_FALSE(equals_in_constant_time("secret", "secreT"));
  EXPECT_FALSE(equals_in_constant_time("secret", "Secret"));
  EXPECT_FALSE(equals_in_constant_time("secret", "secret1"));
  EXPECT_FALSE(equals_in_constant_time("secret", ""));
}

// Differences that cancel each other out in a sum or an exclusive or do not here.
TEST(ConstantTime, differences_do_not_cancel_out) {
  EXPECT_FALSE(equals_in_constant_time("aabb", "bbaa"));
  EXPECT_FALSE(equals_in_constant_time(std::string_view("\x01\x01", 2), "\x02\x02"));
}

}  // namespace
}  // namespace bowline
