#include "bowline/proto/http_body.h"

#include "tests/support/cuts.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using testing::Pieces;
using testing::some_cuts;
using Kind = HttpFraming::Kind;
using Step = HttpBodyReader::Step;

// "body|rest", "body..." while more is wanted, "body!413" for a failure.
std::string body(const Pieces& pieces, const HttpFraming& framing, const HttpLimits& limits) {
  HttpBodyReader reader(limits);
  reader.begin(framing);
  std::string out;
  std::string rest;
  Step step = Step::more;
  for (const std::string& piece : pieces) {
    Bytes input = piece;
    Bytes part;
    while ((step = reader.next(input, part)) == Step::data) out += part.text();
    if (step == Step::failed) return out + "!" + std::to_string(reader.failure().status);
    rest += input.text();
  }
  if (step == Step::end) return out + "|" + rest;
  return out + "...";
}

void expect_body(std::string_view text, std::string_view expected, const HttpFraming& framing,
                 const HttpLimits& limits = {}) {
  for (const Pieces& pieces : some_cuts(text)) {
    EXPECT_EQ(body(pieces, framing, limits), expected) << text;
  }
}

void expect_chunked(std::string_view text, std::string_view expected,
                    const HttpLimits& limits = {}) {
  expect_body(text, expected, {Kind::chunked}, limits);
}

TEST(HttpBody, of_a_length_ends_there) {
  expect_body("hello, more", "hello|, more", {Kind::length, 5});
  expect_body("hel", "hel...", {Kind::length, 5});
  expect_body("more", "|more", {Kind::length, 0});
  expect_body("more", "|more", {Kind::none});
}

TEST(HttpBody, without_an_end_of_its_own_goes_on) {
  expect_body("hello", "hello...", {Kind::until_end});
  expect_body("hello", "hel!413", {Kind::until_end}, {.body_size_max = 3});
}

TEST(HttpBody, in_chunks_is_put_together) {
  expect_chunked("5\r\nhello\r\n0\r\n\r\nmore", "hello|more");
  expect_chunked("1\r\nh\r\n04\r\nello\r\n000\r\n\r\n", "hello|");
  expect_chunked("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789|");
  expect_chunked("5\r\nhello\r\n", "hello...");
}

TEST(HttpBody, extensions_of_chunks_and_trailers_mean_nothing) {
  expect_chunked("2;a=b;c=\"d e\"\r\nhi\r\n0;last\r\nA: b\r\nContent-Length: 7\r\n\r\nmore",
                 "hi|more");
}

TEST(HttpBody, in_chunks_is_refused_where_readers_could_differ) {
  for (const char* wrong : {"\r\n",
                            " 5\r\n",
                            "5 \r\n",
                            "+5\r\n",
                            "-5\r\n",
                            "0x5\r\n",
                            "5\n",
                            "5\rx",
                            "5\r\r\n",
                            "g\r\n",
                            "_5\r\n",
                            "5_0\r\n",
                            "5,5\r\n",
                            "\t5\r\n",
                            "5\v\r\n",
                            "00000000000000005\r\n",
                            "fffffffffffffffff\r\n",
                            "5;a\n",
                            "5;\x01\r\n",
                            "5;a\rb\r\n",
                            ";a\r\n",
                            "0\r\n A: b\r\n",
                            "0\r\nA\r\n",
                            "0\r\nA : b\r\n",
                            "0\r\nA: b\n",
                            "0\r\nA: \rb\r\n",
                            "0\r\n\n",
                            "0\n\r\n"}) {
    expect_chunked(wrong, "!400");
  }
  expect_chunked("2\r\nhi!\r\n", "hi!400");
  expect_chunked("2\r\nhi\n", "hi!400");
  expect_chunked("2\r\nhi\rx", "hi!400");
  expect_chunked("2\r\nhi0\r\n\r\n", "hi!400");
}

TEST(HttpBody, has_a_limit) {
  expect_body("hello", "!413", {Kind::length, 6}, {.body_size_max = 5});
  expect_body("hello", "hello|", {Kind::length, 5}, {.body_size_max = 5});
  expect_chunked("3\r\nhel\r\n3\r\nlo!\r\n", "hel!413", {.body_size_max = 5});
  expect_chunked("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "hello|", {.body_size_max = 5});
  expect_chunked("ffffffffffffffff\r\n", "!413");
  expect_chunked("1\r\nh\r\nffffffffffffffff\r\n", "h!413");
}

TEST(HttpBody, what_stands_between_the_chunks_has_a_limit) {
  HttpLimits limits{.fields_size_max = 8, .field_count_max = 2};
  expect_chunked("1;1234\r\nh\r\n1;1234\r\ni\r\n0\r\n\r\n", "hi|", limits);
  expect_chunked("1;1234\r\nh\r\n1;12345\r\ni\r\n0\r\n\r\n", "h!431", limits);
  expect_chunked("0\r\nA: 45678\r\n", "!431", {.fields_size_max = 7});
  expect_chunked("0\r\nA:\r\nB:\r\nC:\r\n\r\n", "!431", limits);
  expect_chunked("0\r\nA:\r\nB:\r\n\r\n", "|", limits);
}

TEST(HttpBody, written_in_chunks_is_read_back) {
  std::string out;
  std::string sent(300, 'x');
  append_chunk(out, sent);
  append_chunk(out, "");
  append_chunk(out, "y");
  append_last_chunk(out);
  EXPECT_EQ(out.substr(0, 5), "12c\r\n");
  expect_chunked(out, sent + "y|");
}

}  // namespace
}  // namespace bowline
