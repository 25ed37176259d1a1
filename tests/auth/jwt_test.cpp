#include "bowline/auth/jwt.h"

#include "tests/auth/signed_token.h"

#include <gmock/gmock.h>

namespace bowline {
namespace {

using ::testing::HasSubstr;
using testing::signed_token;
using testing::token_secret;

constexpr WallTime now(std::chrono::seconds(1'000'000'000));

JwtCheck hs256(JwtTerms terms = {}, std::string id = {}) {
  std::vector<JwtKey> keys;
  keys.push_back({VerifyingKey::secret(token_secret).value(), std::move(id)});
  return JwtCheck(std::move(keys), std::move(terms));
}

// Who `token` is, or in brackets why it is nobody; "-" when it is no such token at all.
std::string judged(const Check& check, std::string token, WallTime at = now) {
  Evidence evidence;
  evidence.credential = Credential::bearer(std::move(token));
  Verdict verdict = check.judge(evidence, at);
  if (verdict.identity) return verdict.identity->name;
  return verdict.why.empty() ? "-" : "(" + verdict.why + ")";
}

std::string judged_claims(std::string_view claims, JwtTerms terms = {}) {
  return judged(hs256(std::move(terms)), signed_token(claims));
}

TEST(Jwt, says_who_it_is_and_keeps_what_it_claims) {
  std::string claims = R"({"sub":"alice","exp":1000000100,"groups":["a"]})";
  EXPECT_EQ(judged_claims(claims), "alice");
  Evidence evidence;
  evidence.credential = Credential::bearer(signed_token(claims));
  Verdict verdict = hs256().judge(evidence, now);
  EXPECT_EQ(verdict.identity->method, "jwt");
  EXPECT_EQ(verdict.identity->claims, claims);
}

TEST(Jwt, has_to_have_an_expiry_that_has_not_passed) {
  EXPECT_THAT(judged_claims(R"({"sub":"a"})"), HasSubstr("no expiry"));
  EXPECT_THAT(judged_claims(R"({"sub":"a","exp":"1000000100"})"), HasSubstr("no expiry"));
  EXPECT_THAT(judged_claims(R"({"sub":"a","exp":999999000})"), HasSubstr("expired 1000 s ago"));
  EXPECT_EQ(judged_claims(R"({"sub":"a","exp":1e300})"), "a");
}

TEST(Jwt, clocks_may_be_apart_by_the_skew_and_no_more) {
  JwtTerms terms{.clock_skew = std::chrono::seconds(10)};
  EXPECT_EQ(judged_claims(R"({"sub":"a","exp":999999991})", terms), "a");
  EXPECT_THAT(judged_claims(R"({"sub":"a","exp":999999990})", terms), HasSubstr("expired"));
  EXPECT_EQ(judged_claims(R"({"sub":"a","exp":1e300,"nbf":1000000010})", terms), "a");
  EXPECT_THAT(judged_claims(R"({"sub":"a","exp":1e300,"nbf":1000000011})", terms),
              HasSubstr("not valid yet"));
  EXPECT_THAT(judged_claims(R"({"sub":"a","exp":1e300,"nbf":"soon"})", terms),
              HasSubstr("not valid yet"));
}

TEST(Jwt, is_for_its_audience_only) {
  JwtTerms here{.audience = "here"};
  EXPECT_EQ(judged_claims(R"({"sub":"a","exp":1e300,"aud":"here"})", here), "a");
  EXPECT_EQ(judged_claims(R"({"sub":"a","exp":1e300,"aud":["there","here"]})", here), "a");
  for (const char* aud : {R"(,"aud":"there")", R"(,"aud":["there"])", R"(,"aud":["her"])", "",
                          R"(,"aud":7)", R"(,"aud":{"here":1})"}) {
    std::string claims = R"({"sub":"a","exp":1e300)" + std::string(aud) + "}";
    EXPECT_THAT(judged_claims(claims, here), HasSubstr("audience")) << claims;
  }
  // One that says for whom it is, is for somebody: not for who does not know a name of its own.
  EXPECT_THAT(judged_claims(R"({"sub":"a","exp":1e300,"aud":"there"})"), HasSubstr("audience"));
}

TEST(Jwt, has_to_say_a_name_that_can_be_shown) {
  std::string long_name(201, 'x');
  for (const std::string& sub :
       {std::string(), std::string(R"("sub":"",)"), std::string(R"("sub":7,)"),
        std::string(R"("sub":"a\nb",)"), R"("sub":")" + long_name + R"(",)"}) {
    EXPECT_THAT(judged_claims("{" + sub + R"("exp":1e300})"), HasSubstr("(sub)")) << sub;
  }
}

TEST(Jwt, is_only_what_its_key_is_for_whatever_it_says) {
  std::string claims = R"({"sub":"a","exp":1e300})";
  for (const char* header :
       {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":"RS256"})", R"({"alg":"HS384"})",
        R"({"alg":"hs256"})", R"({"alg":["HS256"]})", R"({"alg":""})", R"({})"}) {
    EXPECT_THAT(judged(hs256(), signed_token(claims, header)), HasSubstr("(")) << header;
  }
  std::string unsigned_text = base64url(R"({"alg":"none"})") + "." + base64url(claims) + ".";
  EXPECT_THAT(judged(hs256(), unsigned_text), HasSubstr("no key for the token's algorithm"));
}

// The oldest trick: a public key is no secret, so HS256 with it as the key must not count.
TEST(Jwt, a_public_key_is_not_taken_for_a_secret) {
  std::string x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
  std::vector<JwtKey> keys;
  keys.push_back({VerifyingKey::ed25519(*base64url_decoded(x)).value(), {}});
  JwtCheck check(std::move(keys), {});
  std::string claims = R"({"sub":"a","exp":1e300})";
  for (const std::string& secret : {x, *base64url_decoded(x)}) {
    std::string token = signed_token(claims, R"({"alg":"HS256"})", secret);
    EXPECT_THAT(judged(check, token), HasSubstr("no key"));
    token = signed_token(claims, R"({"alg":"EdDSA"})", secret);
    EXPECT_THAT(judged(check, token), HasSubstr("signature is wrong"));
  }
}

TEST(Jwt, that_was_changed_is_refused) {
  std::string token = signed_token(R"({"sub":"a","exp":1e300})");
  ASSERT_EQ(judged(hs256(), token), "a");
  for (std::size_t at = 0; at < token.size(); ++at) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_NE(judged(hs256(), changed), "a") << at;
  }
  std::string other_claims = base64url(R"({"sub":"b","exp":1e300})");
  std::size_t first = token.find('.');
  std::string swapped = token.substr(0, first + 1) + other_claims + token.substr(token.rfind('.'));
  EXPECT_THAT(judged(hs256(), swapped), HasSubstr("signature is wrong"));
}

TEST(Jwt, that_needs_to_be_understood_is_refused) {
  std::string token =
      signed_token(R"({"sub":"a","exp":1e300})", R"({"alg":"HS256","crit":["b64"],"b64":false})");
  EXPECT_THAT(judged(hs256(), token), HasSubstr("crit"));
}

TEST(Jwt, names_its_key_or_none) {
  std::string claims = R"({"sub":"a","exp":1e300})";
  std::string named = signed_token(claims, R"({"alg":"HS256","kid":"one"})");
  EXPECT_EQ(judged(hs256({}, "one"), named), "a");
  EXPECT_THAT(judged(hs256({}, "two"), named), HasSubstr("no key"));
  EXPECT_EQ(judged(hs256(), named), "a");
  EXPECT_EQ(judged(hs256({}, "one"), signed_token(claims)), "a");
}

TEST(Jwt, of_another_form_is_not_looked_at) {
  for (const char* token : {"abc", "a.b", "a.b.c.d", "..", "e30.e30.e30=", "!.e30.e30",
                            "e30.W10.e30", "e30.bnVsbA.e30", "e30.eyI.e30"}) {
    EXPECT_EQ(judged(hs256(), token), "-") << token;
  }
}

}  // namespace
}  // namespace bowline
