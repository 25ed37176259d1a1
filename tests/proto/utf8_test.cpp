#include "bowline/proto/utf8.h"

#include "tests/support/cuts.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

// "text", "part" (a character is not whole) or the index of the first byte that is wrong, as the
// pieces show it.
std::string verdict(const testing::Pieces& pieces) {
  Utf8Validator validator;
  std::size_t before = 0;
  for (const std::string& piece : pieces) {
    if (!validator.accept(piece)) return "wrong after " + std::to_string(before);
    before += piece.size();
  }
  return validator.complete() ? "text" : "part";
}

// The index of the first byte that can't be text.
std::size_t first_wrong(std::string_view text) {
  Utf8Validator validator;
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (!validator.accept(text.substr(index, 1))) return index;
  }
  return text.size();
}

TEST(Utf8, is_told_however_it_is_cut) {
  for (const auto& cut : testing::every_cut("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z")) {
    EXPECT_EQ(verdict(cut), "text");
  }
  for (const auto& cut : testing::every_cut("ab\xe2\x82\xac\xf0\x9f\x98")) {
    EXPECT_EQ(verdict(cut), "part");
  }
}

TEST(Utf8, fails_with_the_piece_that_holds_the_first_wrong_byte) {
  std::string text = "abcd\xe2\x82\xac\xed\xa0\x80xy";
  for (const auto& cut : testing::every_cut(text)) {
    std::size_t before = 0;
    for (const std::string& piece : cut) {
      if (before + piece.size() > 8) break;
      before += piece.size();
    }
    EXPECT_EQ(verdict(cut), "wrong after " + std::to_string(before));
  }
}

TEST(Utf8, fails_at_the_first_byte_that_can_not_belong_to_text) {
  EXPECT_EQ(first_wrong("ab\x80"), 2u);
  EXPECT_EQ(first_wrong("ab\xc0"), 2u);
  EXPECT_EQ(first_wrong("\xc3("), 1u);
  EXPECT_EQ(first_wrong("\xe0\x80\x80"), 1u);
  EXPECT_EQ(first_wrong("\xed\xa0\x80"), 1u);
  EXPECT_EQ(first_wrong("\xe2\x82("), 2u);
  EXPECT_EQ(first_wrong("\xf0\x8f\xbf\xbf"), 1u);
  EXPECT_EQ(first_wrong("\xf4\x90\x80\x80"), 1u);
  EXPECT_EQ(first_wrong("\xf5"), 0u);
}

TEST(Utf8, that_was_wrong_stays_wrong) {
  Utf8Validator validator;
  EXPECT_FALSE(validator.accept("\xff"));
  EXPECT_FALSE(validator.accept("good"));
  EXPECT_FALSE(validator.complete());
}

std::string encoded(std::uint32_t code) {
  auto byte = [](std::uint32_t bits) { return static_cast<char>(bits); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | code >> 6), byte(0x80 | (code & 63))};
  if (code < 0x10000) {
    return {byte(0xE0 | code >> 12), byte(0x80 | (code >> 6 & 63)), byte(0x80 | (code & 63))};
  }
  return {byte(0xF0 | code >> 18), byte(0x80 | (code >> 12 & 63)), byte(0x80 | (code >> 6 & 63)),
          byte(0x80 | (code & 63))};
}

TEST(Utf8, takes_every_character_and_no_surrogate) {
  for (std::uint32_t code = 0; code < 0x120000; ++code) {
    Utf8Validator validator;
    bool good = code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
    std::string text = encoded(code);
    ASSERT_EQ(validator.accept(text) && validator.complete(), good) << code;
    Utf8Validator cut;
    std::size_t half = text.size() / 2;
    ASSERT_EQ(cut.accept(text.substr(0, half)) && cut.accept(text.substr(half)), good) << code;
  }
}

}  // namespace
}  // namespace bowline
