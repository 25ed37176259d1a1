// What two programs in a row could read differently, so that a request hides in another's body
// (RFC 9112 11.2): each line of the tables is refused, and nothing behind it is taken for a
// request.
#include "tests/proto/http_talk.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using testing::served;
using testing::some_cuts;

constexpr char hidden[] = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";

struct Refused {
  std::string_view bytes;
  int status;
};

std::string post(std::string_view fields, std::string_view body, std::string_view version = "1.1") {
  return std::string("POST / HTTP/")
      .append(version)
      .append("\r\nHost: x\r\n")
      .append(fields)
      .append("\r\n")
      .append(body);
}

void expect_refused(const std::string& text, int status) {
  std::string whole = text + hidden;
  std::string expected = "!" + std::to_string(status) + " .";
  for (const auto& pieces : some_cuts(whole)) {
    std::string seen = served(pieces);
    // A body may have begun, but it never ends.
    if (seen.starts_with("POST / {")) seen = seen.substr(seen.rfind('!'));
    ASSERT_EQ(seen, expected) << whole;
  }
}

TEST(HttpSmuggling, by_two_sizes_is_refused) {
  constexpr Refused table[] = {
      {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400},
      {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400},
      {"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", 400},
      {"Content-Length: 5\r\nTransfer-Encoding: identity\r\n", 400},
      {"Content-Length: 5\r\nContent-Length: 6\r\n", 400},
      {"Content-Length: 5\r\nContent-Length: 5\r\n", 400},
      {"Content-Length: 5\r\ncontent-length: 0\r\n", 400},
      {"Content-Length: 5, 6\r\n", 400},
      {"Content-Length: 5, 5\r\n", 400},
      {"Content-Length: 5\r\nContent_Length: 6\r\n", 400},
      {"Content_Length: 6\r\n", 400},
      {"Transfer_Encoding: chunked\r\n", 400},
      {"TRANSFER_ENCODING: chunked\r\nContent-Length: 5\r\n", 400},
  };
  for (const Refused& one : table) expect_refused(post(one.bytes, "0\r\n\r\n"), one.status);
}

TEST(HttpSmuggling, by_a_length_that_is_no_number_is_refused) {
  for (const char* length : {"", " ", "+5", "-5", "-0", "0x5", "5a", "a", "5 5", "5;", "5.0", "5e0",
                             "\"5\"", "1_0", "5,", "\xC2\xB2", "\xD9\xA5"}) {
    expect_refused(post("Content-Length: " + std::string(length) + "\r\n", "hello"), 400);
  }
  expect_refused(post("Content-Length: 18446744073709551621\r\n", "hello"), 413);
  expect_refused(post("Content-Length: 99999999999999999999999\r\n", "hello"), 413);
}

TEST(HttpSmuggling, by_a_coding_that_only_some_know_is_refused) {
  constexpr Refused table[] = {
      {"Transfer-Encoding: xchunked\r\n", 501},
      {"Transfer-Encoding: gzip\r\n", 501},
      {"Transfer-Encoding: identity\r\n", 501},
      {"Transfer-Encoding: gzip, chunked\r\n", 501},
      {"Transfer-Encoding: chunked, identity\r\n", 501},
      {"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", 501},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", 501},
      {"Transfer-Encoding: chunked, chunked\r\n", 400},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
      {"Transfer-Encoding:\r\n", 400},
      {"Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n", 400},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n", 400},
      {"Transfer-Encoding: chunked,\r\n", 400},
      {"Transfer-Encoding: ,\r\n", 400},
      {"Transfer-Encoding: chunked;q=1\r\n", 400},
      {"Transfer-Encoding: \"chunked\"\r\n", 400},
      {"Transfer-Encoding: chunked chunked\r\n", 400},
      {"Transfer-Encoding: \x0B"
       "chunked\r\n",
       400},
      {"Transfer-Encoding: chunked\x0C\r\n", 400},
      {"Transfer-Encoding: \xC2\xA0"
       "chunked\r\n",
       400},
      {"Transfer-Encoding: chun\x01ked\r\n", 400},
  };
  for (const Refused& one : table) expect_refused(post(one.bytes, "0\r\n\r\n"), one.status);
  expect_refused(post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "1.0"), 400);
}

TEST(HttpSmuggling, by_a_name_that_only_some_know_is_refused) {
  for (const char* field : {"Transfer-Encoding : chunked\r\n",
                            "Transfer-Encoding\t: chunked\r\n",
                            " Transfer-Encoding: chunked\r\n",
                            "\tTransfer-Encoding: chunked\r\n",
                            "A: b\r\n Transfer-Encoding: chunked\r\n",
                            "A: b\r\n\tchunked\r\n",
                            "Transfer-Encoding:\r\n chunked\r\n",
                            "Transfer Encoding: chunked\r\n",
                            "Transfer-Encoding\r\n: chunked\r\n",
                            "Transfer-Encoding\r: chunked\r\n",
                            "\x01Transfer-Encoding: chunked\r\n",
                            "Transfer-Encoding\x7F: chunked\r\n",
                            "\xEF\xBB\xBFTransfer-Encoding: chunked\r\n",
                            "\"Transfer-Encoding\": chunked\r\n",
                            "Transfer-Encoding; chunked\r\n",
                            "(a)Transfer-Encoding: chunked\r\n",
                            "Content-Length : 5\r\n",
                            "Content-Length\x0B: 5\r\n",
                            ": chunked\r\n",
                            "chunked\r\n"}) {
    expect_refused(post(field, "0\r\n\r\n"), 400);
  }
  expect_refused(post(std::string_view("Transfer-Encoding\0: chunked\r\n", 29), ""), 400);
  expect_refused(post(std::string_view("Transfer-Encoding: chunked\0\r\n", 29), ""), 400);
}

TEST(HttpSmuggling, by_line_ends_that_only_some_know_is_refused) {
  for (const char* text :
       {"POST / HTTP/1.1\nHost: x\r\n\r\n", "POST / HTTP/1.1\r\nHost: x\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\n\n", "POST / HTTP/1.1\r\nHost: x\n\n",
        "POST / HTTP/1.1\r\nHost: x\r\nA: b\rTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nA: b\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\r\nA: b\r\n\r\n", "POST / HTTP/1.1\r\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\rHost: x\r\n\r\n", "\n\nPOST / HTTP/1.1\r\nHost: x\r\n\r\n",
        "\r\n\r\nPOST / HTTP/1.1\r\nHost: x\r\n\r\n", "\rPOST / HTTP/1.1\r\nHost: x\r\n\r\n"}) {
    expect_refused(text, 400);
  }
}

TEST(HttpSmuggling, by_chunks_that_only_some_can_read_is_refused) {
  for (const char* body : {"5\nhello\r\n0\r\n\r\n",
                           "5\r\nhello\n0\r\n\r\n",
                           "5\r\nhello0\r\n\r\n",
                           "0x0\r\n\r\n",
                           "+0\r\n\r\n",
                           "-0\r\n\r\n",
                           " 0\r\n\r\n",
                           "0 \r\n\r\n",
                           "0\t\r\n\r\n",
                           "\r\n0\r\n\r\n",
                           "5\r\nhello!\r\n0\r\n\r\n",
                           "100000000000000000\r\n\r\n",
                           "10000000000000005\r\nhello\r\n",
                           "0;\n\r\n\r\n",
                           "0;a\n\r\n",
                           "2;\nxx\r\n45\r\n0\r\n\r\n",
                           "0;a\x0B\r\n\r\n",
                           "0\r\n\n",
                           "0\n\n",
                           "0\r\n: a\r\n\r\n",
                           "0\r\nA : b\r\n\r\n",
                           "0\r\n A: b\r\n\r\n",
                           "0\rx\r\n\r\n",
                           "0\r\n\rx"}) {
    expect_refused(post("Transfer-Encoding: chunked\r\n", body), 400);
  }
}

TEST(HttpSmuggling, by_two_hosts_is_refused) {
  for (const char* text :
       {"GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET http://a@b/ HTTP/1.1\r\nHost: b\r\n\r\n", "GET http:///a HTTP/1.1\r\nHost: b\r\n\r\n",
        "GET @b/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n"}) {
    expect_refused(text, 400);
  }
}

// The same requests without what is wrong with them are two requests.
TEST(HttpSmuggling, leaves_what_is_well_formed_alone) {
  for (const char* fields : {"Transfer-Encoding: chunked\r\n", "transfer-encoding:\tCHUNKED \r\n",
                             "Content-Length: 5\r\n", "content-length:00005 \r\n",
                             "Content-Length: 5\r\nUser_Id: 7\r\n"}) {
    EXPECT_EQ(served(post(fields, "0\r\n\r\n") + hidden).substr(0, 8), "POST / {");
    EXPECT_NE(served(post(fields, "0\r\n\r\n") + hidden).find("} GET /hidden {} ."),
              std::string::npos);
  }
}

}  // namespace
}  // namespace bowline
