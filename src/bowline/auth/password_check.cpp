#include "bowline/auth/password_check.h"

#include <fmt/format.h>

namespace bowline {
namespace {

// Of no password: what names are checked by where there is no user at all.
constexpr const char* nobodys_hash =
    "$argon2id$v=19$m=19456,t=2,p=1$Ym93bGluZS5ib3dsaW5l$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

}  // namespace

// An unknown name has somebody else's hash worked out, and is refused whatever that says. The log
// does not have the name: it may be a password that was typed into the wrong field.
Verdict PasswordCheck::judge(const Evidence& evidence, WallTime) const {
  if (!evidence.says(scheme())) return {};
  const Credential& given = *evidence.credential;
  const UserTable::User* user = users_.find(given.user);
  std::string hash = user                     ? user->hash
                     : users_.users().empty() ? nobodys_hash
                                              : users_.users().front().hash;
  bool matches = matches_password(hash, given.password);
  if (!user) return Verdict::refuse("there is no user of this name");
  if (!matches) return Verdict::refuse(fmt::format("the password of {} is wrong", user->name));
  return Verdict::accept({user->name, "password", {}});
}

}  // namespace bowline
