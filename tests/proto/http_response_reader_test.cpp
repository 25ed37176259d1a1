#include "bowline/proto/http_response_reader.h"

#include "tests/proto/http_talk.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using testing::answered;
using testing::Pieces;
using testing::some_cuts;

void expect_answer(std::string_view text, std::string_view expected, bool to_head = false) {
  for (const Pieces& pieces : some_cuts(text)) {
    ASSERT_EQ(answered(pieces, {}, to_head), expected) << text;
  }
}

TEST(HttpResponse, ends_as_its_fields_say) {
  expect_answer("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone", "404 Not Found {gone}");
  expect_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\nmore",
                "200 OK {hi}+more");
  expect_answer("HTTP/1.0 200 OK\r\n\r\nto the end", "200 OK {to the end}");
}

TEST(HttpResponse, has_no_body_where_there_can_be_none) {
  expect_answer("HTTP/1.1 204 No Content\r\n\r\nmore", "204 No Content {}+more");
  expect_answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n", "304 Not Modified {}");
  expect_answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "200 OK {}", true);
}

TEST(HttpResponse, to_an_upgrade_is_followed_by_the_new_protocol) {
  expect_answer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nframes",
                "101 Switching Protocols {}+frames");
}

TEST(HttpResponse, follows_interim_ones) {
  expect_answer(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      "200 OK {}");
  std::string many;
  for (int count = 0; count < 100; ++count) many += "HTTP/1.1 100 Continue\r\n\r\n";
  expect_answer(many, "!interim answers without end");
}

TEST(HttpResponse, may_have_no_reason) {
  expect_answer("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "200  {}");
  expect_answer("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "200  {}");
}

TEST(HttpResponse, that_is_none_is_refused) {
  for (const char* wrong :
       {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200\r\n", "HTTP/2.0 200 OK\r\n", "\r\n\r\n",
        "HTTP/1.1 20 OK\r\n", "HTTP/1.1 600 OK\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/1.1  200 OK\r\n",
        "http/1.1 200 OK\r\n", "HTTP/1.1 200\tOK\r\n"}) {
    expect_answer(wrong, "!what came is not an answer in HTTP/1.1");
  }
}

TEST(HttpResponse, is_as_strict_about_its_size_as_a_request) {
  expect_answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                "!both Content-Length and Transfer-Encoding");
  expect_answer("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
                "!Content-Length is not a number");
}

TEST(HttpResponse, that_is_cut_short_is_no_answer) {
  expect_answer("", "!the connection ended before the answer");
  expect_answer("HTTP/1.1 200 O", "!the connection ended before the answer");
  expect_answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
                "200 OK {hell!the connection ended within the answer");
}

TEST(HttpResponse, has_limits) {
  EXPECT_EQ(answered({"HTTP/1.1 200 OK\r\n\r\nhello"}, {.body_size_max = 4}),
            "200 OK {hell!the body is too long");
  EXPECT_EQ(answered({"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"}, {.body_size_max = 4}),
            "!the body is too long");
}

}  // namespace
}  // namespace bowline
