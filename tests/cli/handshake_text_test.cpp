#include "cli/handshake_text.h"

#include "tests/support/tls_link.h"

#include <gmock/gmock.h>

namespace bowline::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using HandshakeText = bowline::testing::TlsLinkTest;

TEST(ExpiryText, counts_days_from_and_to) {
  WallTime end = std::chrono::sys_days(std::chrono::year(2027) / 1 / 31);
  EXPECT_EQ(expiry_text(end, end - 24h * 41), "2027-01-31 00:00 UTC (41 days left)");
  EXPECT_EQ(expiry_text(end, end - 30h), "2027-01-31 00:00 UTC (1 day left)");
  EXPECT_EQ(expiry_text(end, end - 1h), "2027-01-31 00:00 UTC (0 days left)");
  EXPECT_EQ(expiry_text(end, end + 24h * 3), "2027-01-31 00:00 UTC (expired 3 days ago)");
}

TEST_F(HandshakeText, tells_version_and_whose_certificate_it_is) {
  auto body = [](Scope&, TlsLinkTest* test) -> Task<> {
    std::string text = handshake_text(test->client);
    EXPECT_THAT(text, HasSubstr("TLSv1.3, TLS_"));
    EXPECT_THAT(text, HasSubstr("certificate: CN=localhost\n"));
    EXPECT_THAT(text, HasSubstr("for:       localhost\n"));
    EXPECT_THAT(text, HasSubstr("day"));
    EXPECT_THAT(handshake_text(test->server), Not(HasSubstr("certificate")));
    co_return;
  };
  link(body);
}

TEST_F(HandshakeText, has_a_line_for_a_stream_without_TLS) {
  auto [near, far] = make_pipe(loop_);
  EXPECT_EQ(handshake_text(near), "no TLS\n");
}

TEST(HeadsText, shows_each_line_but_no_secret) {
  EXPECT_EQ(heads_text("GET /a HTTP/1.1\r\nHost: h\r\nauthorization: Bearer key\r\n"
                       "Cookie: a=key\r\nProxy-Authorization: Basic key\r\n\r\n",
                       "HTTP/1.1 101 Switching Protocols\r\nSET-COOKIE:key\r\nX: \x1b[1m"),
            "> GET /a HTTP/1.1\n> Host: h\n> authorization: (hidden)\n"
            "> Cookie: (hidden)\n> Proxy-Authorization: (hidden)\n"
            "< HTTP/1.1 101 Switching Protocols\n< SET-COOKIE: (hidden)\n< X: \\x1b[1m\n");
  EXPECT_EQ(heads_text("GET / HTTP/1.1\r\n\r\n", ""), "> GET / HTTP/1.1\n");
}

}  // namespace
}  // namespace bowline::cli
