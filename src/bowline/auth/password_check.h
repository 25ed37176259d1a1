// Names and passwords, by a table of hashes. Slow on purpose: it needs a thread of its own.
#pragma once

#include "bowline/auth/check.h"
#include "bowline/auth/password.h"

namespace bowline {

class PasswordCheck final : public Check {
 public:
  explicit PasswordCheck(UserTable users) : users_(std::move(users)) {}

  // For a name that nobody has it takes as long as for a wrong password.
  Verdict judge(const Evidence& evidence, WallTime now) const override;
  std::string_view scheme() const override { return "Basic"; }
  bool is_slow() const override { return true; }

 private:
  UserTable users_;
};

}  // namespace bowline
