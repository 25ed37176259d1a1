#include "cli/key_size.h"

#include <gtest/gtest.h>

namespace bowline::cli {
namespace {

TEST(KeySize, of_a_character_is_its_bytes) {
  EXPECT_EQ(key_size("a"), 1u);
  EXPECT_EQ(key_size("ab"), 1u);
  EXPECT_EQ(key_size("ü!"), 2u);
  EXPECT_EQ(key_size("🙂"), 4u);
  EXPECT_EQ(key_size("\x01"), 1u);
}

TEST(KeySize, of_a_byte_that_begins_nothing_is_one) {
  EXPECT_EQ(key_size("\xFF"), 1u);
  EXPECT_EQ(key_size("\xC3z"), 1u);
}

TEST(KeySize, of_an_escape_sequence_is_all_of_it) {
  EXPECT_EQ(key_size("\x1b[A"), 3u);
  EXPECT_EQ(key_size("\x1b[1;5Cx"), 6u);
  EXPECT_EQ(key_size("\x1bOH"), 3u);
  EXPECT_EQ(key_size("\x1b"
                     "b"),
            2u);
  EXPECT_EQ(key_size("\x1b\x1b[A"), 4u);
}

TEST(KeySize, covers_the_key_after_a_prefix) {
  EXPECT_EQ(key_size("\x16\x1b[A"), 4u);
  EXPECT_EQ(key_size("\x18\x18"), 2u);
  EXPECT_EQ(key_size("\x16ü"), 3u);
}

TEST(KeySize, of_what_is_not_whole_yet_is_zero) {
  for (const char* typed : {"", "\x1b", "\x1b[", "\x1b[1;5", "\x1bO", "\xC3", "\xF0\x9F\x99",
                            "\x16", "\x18", "\x1b\xC3"}) {
    EXPECT_EQ(key_size(typed), 0u);
  }
}

}  // namespace
}  // namespace bowline::cli
