// JSON Web Tokens (RFC 7519) that others have signed: whether one holds, for us and today. Only
// what a key is for is accepted, whatever a token says of itself; "none" never is (RFC 8725).
#pragma once

#include "bowline/auth/check.h"
#include "bowline/auth/jwt_keys.h"

namespace bowline {

struct JwtTerms {
  // Whom a token has to be for ("aud"). Empty: tokens that name somebody are refused.
  std::string audience;
  // How far two clocks may be apart.
  std::chrono::seconds clock_skew = std::chrono::seconds(60);
};

class JwtCheck final : public Check {
 public:
  JwtCheck(std::vector<JwtKey> keys, JwtTerms terms)
      : keys_(std::move(keys)), terms_(std::move(terms)) {}

  // The identity's name is the token's "sub". A token without "sub" or without "exp" is refused.
  Verdict judge(const Evidence& evidence, WallTime now) const override;
  std::string_view scheme() const override { return "Bearer"; }

 private:
  std::vector<JwtKey> keys_;
  JwtTerms terms_;
};

}  // namespace bowline
