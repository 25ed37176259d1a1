// JSON Web Tokens for tests: HS256, with any header and claims.
#pragma once

#include "bowline/base/base64.h"
#include "bowline/tls/signature.h"

#include <string>

namespace bowline::testing {

inline const std::string token_secret = "a secret of more than 32 bytes, for tests";

// HMAC (RFC 2104) with SHA-256; the key is at most 64 bytes.
inline std::string hmac(std::string key, std::string_view message) {
  key.resize(64, '\0');
  std::string inner;
  std::string outer;
  for (char c : key) {
    inner += char(c ^ 0x36);
    outer += char(c ^ 0x5c);
  }
  Sha256 digest = sha256(inner + std::string(message));
  digest = sha256(outer + std::string(Bytes(digest).text()));
  return std::string(Bytes(digest).text());
}

inline std::string signed_token(std::string_view claims,
                                std::string_view header = R"({"alg":"HS256","typ":"JWT"})",
                                const std::string& secret = token_secret) {
  std::string text = base64url(header) + "." + base64url(claims);
  return text + "." + base64url(hmac(secret, text));
}

}  // namespace bowline::testing
