#include "bowline/tls/certificate.h"

#include "tests/support/tls_pair.h"

#include <gmock/gmock.h>

namespace bowline {
namespace {

using namespace bowline::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(MakeCertificate, is_for_the_names_and_the_time_given) {
  PemPair authority = test_authority();
  CertificateOptions options;
  options.names = {"localhost", "*.example.org", "127.0.0.1", "fe80::1"};
  options.valid_from = today();
  options.valid_until = today() + std::chrono::days(20'000);  // past 2050 dates are written apart
  PemPair pair = make_certificate(options, &authority).value();
  CertificateIdentity identity = read_identity(pair.certificate).value();
  EXPECT_THAT(identity.names, ElementsAre("localhost", "*.example.org", "127.0.0.1", "fe80::1"));
  EXPECT_EQ(identity.subject, "CN=localhost");
  EXPECT_EQ(identity.issuer, "CN=test");
  EXPECT_EQ(identity.valid_from, options.valid_from);
  EXPECT_EQ(identity.valid_until, options.valid_until);
  EXPECT_TRUE(key_matches(pair));
}

TEST(MakeCertificate, is_new_each_time) {
  PemPair first = certificate_for({"a"});
  PemPair second = certificate_for({"a"});
  EXPECT_NE(first.key, second.key);
  EXPECT_NE(read_identity(first.certificate)->fingerprint,
            read_identity(second.certificate)->fingerprint);
  EXPECT_FALSE(key_matches({first.certificate, second.key}));
}

TEST(MakeCertificate, refuses_what_can_be_no_name) {
  for (const char* name : {"", "a b", "a,DNS:b", "*", "*.", "a\nb", "-x",
                           "b\xc3\xbc"
                           "cher.de"}) {
    auto made = make_certificate({.names = {"good", name}});
    ASSERT_FALSE(made) << name;
    EXPECT_TRUE(made.error().is(Errc::bad_certificate));
    EXPECT_THAT(made.error().what(), HasSubstr("neither a host name nor an IP address"));
  }
}

TEST(MakeCertificate, needs_an_authority_with_its_key) {
  PemPair one = test_authority();
  PemPair other = test_authority();
  PemPair mixed{one.certificate, other.key};
  EXPECT_THAT(make_certificate({.names = {"a"}}, &mixed).error().what(),
              HasSubstr("not that of its certificate"));
  PemPair damaged{"x", "y"};
  EXPECT_THAT(make_certificate({.names = {"a"}}, &damaged).error().what(),
              HasSubstr("the authority can't be read"));
}

}  // namespace
}  // namespace bowline
