#include "bowline/proto/http_text.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

std::string elements(std::string_view list) {
  std::string out;
  std::string_view element;
  while (next_element(list, element)) out.append("[").append(element).append("]");
  return out;
}

TEST(HttpText, lists_are_separated_by_commas_outside_of_quotes) {
  EXPECT_EQ(elements("a, b ,c"), "[a][b][c]");
  EXPECT_EQ(elements(R"(a;x="1,2", b)"), R"([a;x="1,2"][b])");
  EXPECT_EQ(elements(R"("\",", b)"), R"(["\","][b])");
}

TEST(HttpText, empty_elements_of_a_list_are_skipped) {
  EXPECT_EQ(elements(""), "");
  EXPECT_EQ(elements(" , ,\t"), "");
  EXPECT_EQ(elements(",a,,b,"), "[a][b]");
}

TEST(HttpText, a_quote_that_is_not_closed_goes_on_to_the_end) {
  EXPECT_EQ(elements(R"(a, "b, c)"), R"([a]["b, c])");
  EXPECT_EQ(elements(R"(a, "b\)"), R"([a]["b\])");
}

TEST(HttpText, tokens_hold_no_separators) {
  EXPECT_TRUE(is_http_token("Sec-WebSocket-Key"));
  EXPECT_TRUE(is_http_token("!#$%&'*+-.^_`|~09azAZ"));
  EXPECT_FALSE(is_http_token(""));
  for (char c : std::string_view("\0 \t\r\n\"(),/:;<=>?@[\\]{}\x7F\x80", 25)) {
    EXPECT_FALSE(is_http_token(std::string("a") + c)) << int(c);
  }
}

TEST(HttpText, values_hold_no_control_characters) {
  EXPECT_TRUE(is_http_value(""));
  EXPECT_TRUE(is_http_value("a b\tc \xC3\xA4"));
  for (int c = 0; c < 32; ++c) {
    EXPECT_EQ(is_http_value(std::string(1, static_cast<char>(c))), c == '\t') << c;
  }
  EXPECT_FALSE(is_http_value("\x7F"));
}

TEST(HttpText, quoted_strings_are_read_without_their_quotes) {
  EXPECT_EQ(unquoted("token"), "token");
  EXPECT_EQ(unquoted(R"("a b")"), "a b");
  EXPECT_EQ(unquoted(R"("a\"b\\")"), R"(a"b\)");
  EXPECT_EQ(unquoted(R"("")"), "");
  for (const char* wrong : {"", "a b", "\"", R"("a)", R"(a")", R"("a"b")", R"("a\")", "\"\n\""}) {
    EXPECT_FALSE(unquoted(wrong)) << wrong;
  }
}

TEST(HttpText, decimals_are_digits_alone) {
  EXPECT_EQ(read_decimal("0"), 0u);
  EXPECT_EQ(read_decimal("18446744073709551615"), UINT64_MAX);
  for (const char* wrong : {"", "+1", "-1", " 1", "1 ", "1a", "0x1", "18446744073709551616"}) {
    EXPECT_FALSE(read_decimal(wrong)) << wrong;
  }
}

TEST(HttpText, a_value_from_outside_begins_no_other_field) {
  std::string out;
  append_field(out, "Location", "/x\r\nSet-Cookie: a=b\n\n<script>");
  EXPECT_EQ(out, "Location: /x  Set-Cookie: a=b  <script>\r\n");
}

TEST(HttpText, a_status_has_its_phrase) {
  std::string out;
  append_status_line(out, 431);
  EXPECT_EQ(out, "HTTP/1.1 431 Request Header Fields Too Large\r\n");
  EXPECT_EQ(http_reason(299), "Unknown");
}

}  // namespace
}  // namespace bowline
