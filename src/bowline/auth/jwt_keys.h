// Keys that JSON Web Tokens are checked with, out of files: PEM, JSON Web Keys (RFC 7517), secrets.
#pragma once

#include "bowline/tls/signature.h"

#include <string>
#include <string_view>
#include <vector>

namespace bowline {

// A key and, where it has one, its name: a token that names another is not checked with it.
struct JwtKey {
  VerifyingKey key;
  std::string id;
};

// Those in a file: a public key or a certificate (PEM), a JSON Web Key or a set of them, or else a
// secret for HS256: one line of printable ASCII that does not look like another kind of key.
// Secrets are taken only from a file that strangers may not read.
Result<std::vector<JwtKey>> load_jwt_keys(const std::string& path);

struct JwtKeys {
  std::vector<JwtKey> keys;
  bool secret = false;  // one of them is: who reads the file can make tokens
};
// `path` is for errors alone.
Result<JwtKeys> parse_jwt_keys(std::string_view text, const std::string& path);

}  // namespace bowline
