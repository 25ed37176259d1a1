// Checks and credentials for tests, that cost nothing: Bearer tokens and passwords that are the
// user's name backwards.
#pragma once

#include "bowline/auth/authenticator.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>

namespace bowline::testing {

inline std::string backwards(std::string text) {
  std::reverse(text.begin(), text.end());
  return text;
}

// Knows alice by her token.
class OneToken final : public Check {
 public:
  Verdict judge(const Evidence& evidence, WallTime) const override {
    if (!evidence.says("Bearer")) return {};
    ++asked;
    if (evidence.credential->token == backwards("alice")) {
      return Verdict::accept({"alice", "token", {}});
    }
    return Verdict::refuse("no such token");
  }
  std::string_view scheme() const override { return "Bearer"; }

  mutable std::atomic<int> asked = 0;
};

// Knows carol by her password, and takes a thread for it.
class SlowPassword final : public Check {
 public:
  Verdict judge(const Evidence& evidence, WallTime) const override {
    const Credential& given = *evidence.credential;
    if (given.user == "carol" && given.password == backwards("carol")) {
      return Verdict::accept({"carol", "password", {}});
    }
    return Verdict::refuse("wrong password");
  }
  std::string_view scheme() const override { return "Basic"; }
  bool is_slow() const override { return true; }
};

// Knows whoever is at the other end of a Unix socket.
class AnyUnixUser final : public Check {
 public:
  Verdict judge(const Evidence& evidence, WallTime) const override {
    return evidence.process ? Verdict::accept({"local", "unix", {}}) : Verdict();
  }
};

inline CheckList all_checks() {
  return {std::make_shared<OneToken>(), std::make_shared<SlowPassword>(),
          std::make_shared<AnyUnixUser>()};
}

// For simulated worlds: no threads.
inline AuthOptions without_threads() {
  AuthOptions options;
  options.work.threads = 0;
  return options;
}

}  // namespace bowline::testing
