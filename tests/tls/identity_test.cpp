#include "bowline/tls/identity.h"

#include "tests/support/tls_pair.h"

#include <gmock/gmock.h>

namespace bowline {
namespace {

using namespace bowline::testing;
using namespace std::string_literals;
using ::testing::MatchesRegex;

TEST(CertificateIdentity, is_read_from_pem) {
  CertificateIdentity identity = read_identity(certificate_for({"a"}).certificate).value();
  EXPECT_EQ(identity.subject, "CN=a");
  EXPECT_EQ(identity.subject, identity.issuer);
  EXPECT_THAT(identity.fingerprint, MatchesRegex("[0-9a-f]{64}"));
  EXPECT_TRUE(read_identity("x").error().is(Errc::bad_certificate));
}

TEST(CertificateIdentity, tells_some_names_and_the_count_of_others) {
  CertificateIdentity identity;
  EXPECT_EQ(identity.names_text(), "nobody");
  identity.subject = "CN=x";
  EXPECT_EQ(identity.names_text(), "CN=x");
  identity.names = {"a", "b"};
  EXPECT_EQ(identity.names_text(), "a, b");
  identity.names = {"a", "b", "c", "d", "e", "f"};
  EXPECT_EQ(identity.names_text(), "a, b, c, d and 2 more");
}

TEST(WallTimeText, is_utc_to_the_minute) {
  EXPECT_EQ(wall_time_text(WallTime()), "1970-01-01 00:00 UTC");
  EXPECT_EQ(wall_time_text(WallTime(std::chrono::seconds(4102444799))), "2099-12-31 23:59 UTC");
}

TEST(Printable, lets_nothing_through_that_a_terminal_would_obey) {
  EXPECT_EQ(printable("a b\x1b[31m\n\0\xff"s), "a b\\x1b[31m\\x0a\\x00\\xff");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
}

}  // namespace
}  // namespace bowline
