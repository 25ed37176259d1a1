#include "bowline/tls/verify.h"

#include "tests/support/tls_pair.h"

#include <gmock/gmock.h>
#include <openssl/x509_vfy.h>

namespace bowline {
namespace {

using namespace bowline::testing;
using ::testing::HasSubstr;

TEST(VerifyProblem, tells_a_client_and_a_server_what_to_try) {
  VerifyProblem problem;
  problem.code = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
  problem.identity.names = {"a.org"};
  problem.identity.issuer = "CN=b";
  EXPECT_EQ(problem_text(problem, "a.org"),
            "its certificate for a.org is signed by CN=b, which is not known here: give its "
            "authority with --ca FILE, or trust anybody with --insecure");
  EXPECT_THAT(problem_text(problem, ""), HasSubstr("--client-ca FILE"));
}

TEST(VerifyProblem, of_an_authority_names_that) {
  VerifyProblem problem;
  problem.code = X509_V_ERR_CERT_HAS_EXPIRED;
  problem.identity.subject = "CN=b";
  problem.is_peer = false;
  EXPECT_THAT(problem_text(problem, "a.org"),
              HasSubstr("the certificate of its authority CN=b expired on 1970-01-01"));
}

TEST(VerifyProblem, that_is_rare_is_told_in_openssls_words) {
  VerifyProblem problem;
  problem.code = X509_V_ERR_CERT_REVOKED;
  EXPECT_THAT(problem_text(problem, "a.org"), HasSubstr("certificate revoked"));
}

TEST(Trust, is_loaded_from_pem) {
  EXPECT_TRUE(load_trust(PemSource::of_text(test_authority().certificate), "authority"));
  EXPECT_THAT(load_trust(PemSource::of_text("x"), "authority").error().what(),
              HasSubstr("read authority the text given: bad certificate: it is not PEM"));
}

}  // namespace
}  // namespace bowline
