#include "bowline/proto/http_head.h"

#include "tests/support/cuts.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using testing::Pieces;
using testing::some_cuts;
using State = HttpHeadReader::State;

HttpFailure any_line(std::string_view line) {
  return line == "wrong" ? HttpFailure{400, "wrong"} : HttpFailure{};
}

// "LINE|name=value|name=value+REST", or "!status".
std::string head(const Pieces& pieces, const HttpLimits& limits = {}) {
  HttpHeadReader reader(limits, any_line);
  std::string seen;
  for (const std::string& piece : pieces) {
    seen += piece;
    // Elsewhere each time, as memory that grows.
    seen = std::string(seen);
    reader.read(seen);
  }
  if (reader.state() == State::failed) return "!" + std::to_string(reader.failure().status);
  if (reader.state() != State::done) return "...";
  std::string out(reader.start_line());
  for (std::size_t index = 0; index < reader.fields().size(); ++index) {
    HttpFields::Field field = reader.fields()[index];
    out.append("|").append(field.name).append("=").append(field.value);
  }
  return out + "+" + seen.substr(reader.size());
}

void expect_head(std::string_view text, std::string_view expected, const HttpLimits& limits = {}) {
  for (const Pieces& pieces : some_cuts(text)) EXPECT_EQ(head(pieces, limits), expected) << text;
}

TEST(HttpHead, is_a_line_and_fields) {
  expect_head("GET / HTTP/1.1\r\nHost: x\r\nA:\tb c \t\r\nEmpty:\r\n\r\nrest",
              "GET / HTTP/1.1|Host=x|A=b c|Empty=+rest");
  expect_head("line\r\n\r\n", "line+");
}

TEST(HttpHead, may_follow_one_empty_line) {
  expect_head("\r\nline\r\n\r\n", "line+");
}

TEST(HttpHead, that_is_not_all_there_waits) {
  expect_head("", "...");
  expect_head("line\r\nHost: x\r\n\r", "...");
}

TEST(HttpHead, is_refused_at_its_first_wrong_line) {
  expect_head("wrong\r\n", "!400");
  expect_head("line\n", "!400");
  expect_head("line\r\n\n", "!400");
  expect_head("line\r\nA: b\n", "!400");
  expect_head("line\r\nno colon\r\n", "!400");
  expect_head("line\r\nA : b\r\n", "!400");
  expect_head("line\r\n A: b\r\n", "!400");
  expect_head("line\r\nA: b\r\n folded\r\n\r\n", "!400");
  expect_head("line\r\nA: b\r\n\tfolded\r\n\r\n", "!400");
  expect_head("line\r\n: b\r\n", "!400");
  expect_head("line\r\nA: b\rc\r\n", "!400");
  expect_head(std::string_view("line\r\nA: b\0c\r\n", 14), "!400");
  expect_head(std::string_view("line\r\nA\0: bc\r\n", 14), "!400");
  expect_head("line\r\nA\xC3\xA4: b\r\n", "!400");
}

TEST(HttpHead, that_fits_its_limits_exactly_is_read) {
  HttpLimits limits{.start_line_size_max = 4, .fields_size_max = 12, .field_count_max = 2};
  expect_head("line\r\nA: b\r\nC: d\r\n\r\n", "line|A=b|C=d+", limits);
}

TEST(HttpHead, beyond_a_limit_has_a_status_of_its_own) {
  HttpLimits limits{.start_line_size_max = 4, .fields_size_max = 12, .field_count_max = 2};
  expect_head("lines\r\n", "!414", limits);
  expect_head("lines without end", "!414", limits);
  expect_head("line\r\nA: b\r\nC: de\r\n\r\n", "!431", limits);
  expect_head("line\r\nA: bcdefghijklmnopqrst", "!431", limits);
  expect_head("line\r\nA:\r\nB:\r\nC:\r\n", "!431", limits);
  // Nobody has to wait for a line feed to know it.
  expect_head("lin\r\r\r", "!414", limits);
}

TEST(HttpHead, fields_are_found_in_any_case) {
  std::string text = "line\r\nA: 1\r\nB: x, Close\r\na: 2\r\nb: upgrade\r\n\r\n";
  HttpLimits limits;
  HttpHeadReader reader(limits, any_line);
  ASSERT_EQ(reader.read(text), State::done);
  const HttpFields& fields = reader.fields();
  EXPECT_EQ(fields.find("a"), "1");
  EXPECT_EQ(fields.find("c"), std::nullopt);
  EXPECT_EQ(fields.count("A"), 2u);
  EXPECT_EQ(fields.joined("a"), "1, 2");
  EXPECT_EQ(fields.joined("c"), "");
  EXPECT_TRUE(fields.lists("B", "Upgrade"));
  EXPECT_TRUE(fields.lists("B", "close"));
  EXPECT_FALSE(fields.lists("B", "clos"));
}

TEST(HttpHead, a_reader_begins_again) {
  HttpLimits limits;
  HttpHeadReader reader(limits, any_line);
  EXPECT_EQ(reader.read("\r\nline\r\nA: 1\r\n\r\n"), State::done);
  reader.reset();
  EXPECT_EQ(reader.read("\r\nother\r\n\r\n"), State::done);
  EXPECT_EQ(reader.start_line(), "other");
  EXPECT_EQ(reader.fields().size(), 0u);
}

}  // namespace
}  // namespace bowline
