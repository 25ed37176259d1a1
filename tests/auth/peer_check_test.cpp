#include "bowline/auth/peer_check.h"

#include <gmock/gmock.h>
#include <unistd.h>

namespace bowline {
namespace {

using ::testing::HasSubstr;

std::string judged(const Check& check, const Evidence& evidence) {
  Verdict verdict = check.judge(evidence, {});
  return verdict.identity ? verdict.identity->name + " by " + verdict.identity->method
                          : verdict.why;
}

Evidence certificate(std::string common_name, std::vector<std::string> names) {
  Evidence evidence;
  evidence.certificate.emplace();
  evidence.certificate->subject = common_name.empty() ? "" : "CN=" + common_name;
  evidence.certificate->common_name = std::move(common_name);
  evidence.certificate->names = std::move(names);
  return evidence;
}

Evidence process(unsigned user, unsigned group) {
  Evidence evidence;
  evidence.process = Credentials{1, user, group};
  return evidence;
}

TEST(CertificateCheck, knows_certificates_by_any_of_their_names) {
  CertificateCheck check({"alice", "robot.example.org"});
  EXPECT_EQ(judged(check, certificate("alice", {})), "alice by certificate");
  EXPECT_EQ(judged(check, certificate("", {"a.example.org", "robot.example.org"})),
            "robot.example.org by certificate");
  EXPECT_THAT(judged(check, certificate("mallory", {})), HasSubstr("is for CN=mallory"));
  EXPECT_THAT(judged(check, certificate("", {})), HasSubstr("certificate"));
  EXPECT_EQ(judged(check, Evidence()), "");
}

TEST(CertificateCheck, without_names_takes_all_that_have_one) {
  CertificateCheck check({});
  EXPECT_EQ(judged(check, certificate("mallory", {"m.example.org"})), "mallory by certificate");
  EXPECT_THAT(judged(check, certificate("", {})), HasSubstr("nobody"));
}

TEST(UnixUserCheck, knows_users_and_groups_by_name_and_number) {
  std::shared_ptr<const Check> check = UnixUserCheck::of({"root", "4242", "@4343"}).value();
  EXPECT_EQ(judged(*check, process(0, 99)), "root by unix");
  EXPECT_EQ(judged(*check, process(4242, 99)), "uid 4242 by unix");
  EXPECT_EQ(judged(*check, process(99999, 4343)), "uid 99999 by unix");
  EXPECT_THAT(judged(*check, process(4343, 4242)), HasSubstr("uid 4343 is not let in"));
  EXPECT_EQ(judged(*check, Evidence()), "");
}

TEST(UnixUserCheck, says_which_name_nobody_has) {
  EXPECT_THAT(UnixUserCheck::of({"no-such-user"}).error().what(), HasSubstr("user no-such-user"));
  EXPECT_THAT(UnixUserCheck::of({"@no-such-group"}).error().what(),
              HasSubstr("group no-such-group"));
}

}  // namespace
}  // namespace bowline
