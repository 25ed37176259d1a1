#include "bowline/base/bytes.h"

#include "tests/base/python_reprs.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace bowline {
namespace {

std::size_t size_of(Bytes bytes) {
  return bytes.size();
}

TEST(Bytes, are_made_of_anything_that_has_bytes) {
  std::vector<std::byte> vector(3);
  const std::vector<char> chars(4);
  std::array<unsigned char, 5> array{};
  std::byte memory[6] = {};
  MutableBytes span(memory);
  EXPECT_EQ(size_of(vector), 3u);
  EXPECT_EQ(size_of(chars), 4u);
  EXPECT_EQ(size_of(array), 5u);
  EXPECT_EQ(size_of(memory), 6u);
  EXPECT_EQ(size_of(span), 6u);
  EXPECT_EQ(size_of(std::string("ab\0c", 4)), 4u);
  EXPECT_EQ(size_of(std::string_view("abc")), 3u);
  EXPECT_EQ(size_of({"abcdef", 2}), 2u);
}

TEST(Bytes, of_a_literal_or_char_array_end_at_its_zero) {
  char text[8] = "abc";
  EXPECT_EQ(size_of("abcd"), 4u);
  EXPECT_EQ(size_of(text), 3u);
}

TEST(Bytes, compare_by_content) {
  EXPECT_TRUE(Bytes("abc") == Bytes(std::string("abc")));
  EXPECT_FALSE(Bytes("abc") == Bytes("abd"));
  EXPECT_TRUE(Bytes() == Bytes(""));
}

TEST(Bytes, are_cut_at_any_place_and_never_past_the_end) {
  Bytes bytes("abc");
  for (std::size_t at = 0; at <= 3; ++at) {
    EXPECT_EQ(std::string(bytes.first(at).text()) + std::string(bytes.after(at).text()), "abc");
  }
  EXPECT_EQ(bytes.first(9).text(), "abc");
  EXPECT_EQ(bytes.after(9).size(), 0u);
  EXPECT_EQ(bytes.after(9).data(), bytes.data() + 3);
}

TEST(Bytes, of_a_string_can_be_written_to) {
  std::string text = "abc";
  writable(text)[1] = std::byte{'X'};
  EXPECT_EQ(text, "aXc");
}

TEST(Repr, of_each_byte_is_the_one_of_python) {
  for (int byte = 0; byte < 256; ++byte) {
    char one = static_cast<char>(byte);
    EXPECT_EQ(repr(Bytes(&one, 1)), python_reprs[byte]) << byte;
  }
}

// A byte looks the same beside others, but for the quotes.
TEST(Repr, of_all_bytes_is_the_one_of_python) {
  std::string all;
  std::string expected = "b'";
  for (int byte = 0; byte < 256; ++byte) {
    all += static_cast<char>(byte);
    std::string_view one = python_reprs[byte];
    expected += byte == '\'' ? "\\'" : one.substr(2, one.size() - 3);
  }
  EXPECT_EQ(repr(all), expected + "'");
}

TEST(Repr, chooses_quotes_as_python_does) {
  EXPECT_EQ(repr(""), "b''");
  EXPECT_EQ(repr("it's"), R"(b"it's")");
  EXPECT_EQ(repr("say \"hi\""), R"(b'say "hi"')");
  EXPECT_EQ(repr("it's \"hi\""), R"(b'it\'s "hi"')");
  EXPECT_EQ(repr("Hello\n"), R"(b'Hello\n')");
}

struct Checked {
  std::size_t whole;
  bool valid;

  bool operator==(const Checked&) const = default;
};

void PrintTo(const Checked& checked, std::ostream* out) {
  *out << checked.whole << (checked.valid ? " valid" : " invalid");
}

Checked check(std::string_view text) {
  bool valid;
  std::size_t whole = whole_utf8(text, valid);
  return {whole, valid};
}

TEST(Utf8, takes_characters_of_every_size) {
  EXPECT_EQ(check(""), (Checked{0, true}));
  EXPECT_EQ(check("plain text"), (Checked{10, true}));
  EXPECT_EQ(check("\u00e9\u20ac\U0001f600"), (Checked{9, true}));
  EXPECT_EQ(check("\u0080\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff"), (Checked{24, true}));
}

TEST(Utf8, leaves_out_a_character_that_is_not_whole_yet) {
  EXPECT_EQ(check("a\xC3"), (Checked{1, true}));
  EXPECT_EQ(check("a\xE2\x82"), (Checked{1, true}));
  EXPECT_EQ(check("a\xF0\x9F\x98"), (Checked{1, true}));
}

TEST(Utf8, stops_at_the_first_byte_that_can_not_be) {
  EXPECT_EQ(check("a\x80z"), (Checked{1, false}));
  EXPECT_EQ(check("ab\xC0\x80"), (Checked{2, false}));
  EXPECT_EQ(check("\xE0\x80"), (Checked{0, false}));  // overlong
  EXPECT_EQ(check("\xED\xA0"), (Checked{0, false}));  // a surrogate
  EXPECT_EQ(check("\xF0\x80"), (Checked{0, false}));  // overlong
  EXPECT_EQ(check("\xF4\x90"), (Checked{0, false}));  // above U+10FFFF
  EXPECT_EQ(check("\xF5"), (Checked{0, false}));
  EXPECT_EQ(check("\xC3z"), (Checked{0, false}));
  EXPECT_EQ(check("12345678\xFF"), (Checked{8, false}));
}

std::string encoded(char32_t c) {
  auto byte = [](char32_t value) { return static_cast<char>(value); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | c >> 6), byte(0x80 | (c & 63))};
  if (c < 0x10000) {
    return {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63))};
  }
  return {byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 63)), byte(0x80 | (c >> 6 & 63)),
          byte(0x80 | (c & 63))};
}

TEST(Utf8, takes_every_character_whole_and_no_part_of_it) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    std::string text = encoded(c);
    bool is_surrogate = c >= 0xD800 && c < 0xE000;
    ASSERT_EQ(check(text), (is_surrogate ? Checked{0, false} : Checked{text.size(), true}))
        << static_cast<unsigned>(c);
    if (is_surrogate) continue;
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
      ASSERT_EQ(check(text.substr(0, cut)), (Checked{0, true})) << static_cast<unsigned>(c);
    }
  }
}

// Counted by the table in the Unicode standard (3-7): of all three-byte texts, only so many are one
// character.
TEST(Utf8, takes_no_other_text_of_three_bytes) {
  int whole = 0;
  for (unsigned value = 0xC00000; value <= 0xFFFFFF; ++value) {
    char text[3] = {static_cast<char>(value >> 16), static_cast<char>(value >> 8),
                    static_cast<char>(value)};
    bool valid;
    whole += value >> 20 == 0xE && whole_utf8({text, 3}, valid) == 3;
  }
  EXPECT_EQ(whole, 0x10000 - 0x800 - 0x800);
}

// What was taken from the front can be forgotten: the rest is judged the same.
TEST(Utf8, does_not_depend_on_how_text_arrives) {
  for (std::string_view text : {"a\u00e9\u20ac\U0001f600z", "ab\u20ac\xFFz", "\u00e9\xE2\x28"}) {
    Checked all = check(text);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      Checked head = check(text.substr(0, cut));
      Checked rest = head.valid ? check(text.substr(head.whole)) : Checked{0, false};
      EXPECT_EQ((Checked{head.whole + rest.whole, rest.valid}), all) << cut;
    }
  }
}

TEST(Utf8, finds_a_wrong_byte_at_any_distance) {
  for (std::size_t before = 0; before < 40; ++before) {
    for (std::size_t after = 0; after < 20; ++after) {
      std::string text = std::string(before, 'x') + "\xFF" + std::string(after, 'x');
      EXPECT_EQ(check(text), (Checked{before, false}));
    }
  }
}

}  // namespace
}  // namespace bowline
