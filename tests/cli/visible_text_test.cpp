#include "cli/visible_text.h"

#include <gtest/gtest.h>

namespace bowline::cli {
namespace {

using namespace std::string_view_literals;

std::string visible(std::string_view text) {
  VisibleText filter;
  std::string out = filter.take(text);
  return out + filter.settle();
}

TEST(VisibleText, leaves_text_as_it_is) {
  EXPECT_EQ(visible("Grüße, 世界 🙂\n\tend\n"), "Grüße, 世界 🙂\n\tend\n");
  EXPECT_EQ(visible(""), "");
}

TEST(VisibleText, shows_controls_instead_of_obeying_them) {
  EXPECT_EQ(visible("\x1b[2J\a\0\x7f"sv), "\\x1b[2J\\x07\\x00\\x7f");
  EXPECT_EQ(visible("\xC2\x9B"
                    "31m"),
            "\\xc2\\x9b31m");
  EXPECT_EQ(visible("over\rwritten\n"), "over\\x0dwritten\n");
}

TEST(VisibleText, takes_a_carriage_return_before_a_line_end_away) {
  EXPECT_EQ(visible("one\r\ntwo\r\n"), "one\ntwo\n");
  EXPECT_EQ(visible("one\r"), "one\\x0d");
}

TEST(VisibleText, shows_what_is_not_utf8) {
  EXPECT_EQ(visible("a\xFFz\xC3"), "a\\xffz\\xc3");
  EXPECT_EQ(visible("\xE2\x82z"), "\\xe2\\x82z");
}

TEST(VisibleText, does_not_depend_on_how_characters_arrive) {
  std::string_view text = "ü世🙂\r\n\xFF\xC2\x80!";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    VisibleText filter;
    std::string out = filter.take(text.substr(0, cut));
    out += filter.take(text.substr(cut));
    EXPECT_EQ(out, "ü世🙂\n\\xff\\xc2\\x80!") << cut;
  }
}

}  // namespace
}  // namespace bowline::cli
