#include "bowline/auth/token_check.h"

#include <gmock/gmock.h>

namespace bowline {
namespace {

using ::testing::HasSubstr;

constexpr const char* file =
    "# who may come\n"
    "alice  0123456789abcdef\n"
    "\n"
    "  robot\tsha256:6ca13d52ca70c883e0f0bb101e425a89e8624de51db2d2392593af6a84118090\r\n"
    "alice another-token-of-hers==";

std::string judged(const std::optional<Credential>& credential) {
  std::shared_ptr<const Check> check = TokenCheck::parse(file, "tokens").value();
  Evidence evidence;
  evidence.credential = credential;
  Verdict verdict = check->judge(evidence, {});
  return verdict.identity ? verdict.identity->name : verdict.why;
}

std::string problem(std::string_view text) {
  Result<std::shared_ptr<const Check>> check = TokenCheck::parse(text, "tokens");
  return check ? "" : check.error().what();
}

TEST(TokenCheck, knows_the_owners_of_tokens) {
  EXPECT_EQ(judged(Credential::bearer("0123456789abcdef")), "alice");
  EXPECT_EQ(judged(Credential::bearer("another-token-of-hers==")), "alice");
  EXPECT_EQ(judged(Credential::bearer("abc123")), "robot");  // by its digest
  EXPECT_THAT(judged(Credential::bearer("0123456789abcdeF")), HasSubstr("not in the file"));
  EXPECT_THAT(judged(Credential::bearer("0123456789abcde")), HasSubstr("not in the file"));
}

TEST(TokenCheck, is_about_tokens_only) {
  EXPECT_EQ(judged(Credential::basic("alice", "0123456789abcdef")), "");
  EXPECT_EQ(judged(std::nullopt), "");
}

TEST(TokenCheck, says_which_line_is_wrong_and_shows_no_token) {
  EXPECT_THAT(problem("a 0123456789abcdef\nalice"), HasSubstr("tokens, line 2"));
  EXPECT_THAT(problem("alice secret"), HasSubstr("too short"));
  EXPECT_THAT(problem("alice a secret with blanks"), HasSubstr("blanks"));
  EXPECT_THAT(problem("alice sha256:abc"), HasSubstr("64 digits"));
  EXPECT_THAT(problem("a:b 0123456789abcdef"), HasSubstr("NAME TOKEN"));
  EXPECT_EQ(problem("alice secret").find("secret"), std::string::npos);
}

}  // namespace
}  // namespace bowline
