// The checks that a server's files and names stand for: loaded at its start, and again when they
// have changed.
#pragma once

#include "bowline/auth/check.h"
#include "bowline/auth/jwt.h"

#include <optional>
#include <string>
#include <vector>

namespace bowline {

// What is empty is no check; the others are asked in this order, the quick ones first.
struct AuthSources {
  std::optional<std::vector<std::string>> certificates;  // see CertificateCheck
  std::vector<std::string> unix_users;                   // see UnixUserCheck
  std::string tokens_file;                               // see TokenCheck
  std::vector<std::string> jwt_key_files;                // see load_jwt_keys
  JwtTerms jwt;
  std::string users_file;  // see UserTable

  bool empty() const;
  // All files that are read, to watch them.
  std::vector<std::string> files() const;
};

// An Error says which file is wrong, and what to try.
Result<CheckList> load_checks(const AuthSources& sources);

}  // namespace bowline
