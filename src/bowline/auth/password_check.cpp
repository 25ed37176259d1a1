#include "bowline/auth/password_check.h"

#include "bowline/tls/signature.h"

#include <fmt/format.h>

namespace bowline {
namespace {

// Of no password: what names are checked by where there is no user at all.
constexpr const char* nobodys_hash =
    "$argon2id$v=19$m=19456,t=2,p=1$Ym93bGluZS5ib3dsaW5l$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

// Whose hash a name that nobody has is checked by. Hashes may differ in how long they take, so it
// is any user's, always the same for a name, and only who knows the hashes can say which.
std::string stand_in(const UserTable& users, const std::string& name) {
  std::string chosen = nobodys_hash;
  Sha256 greatest{};
  for (const UserTable::User& user : users.users()) {
    Sha256 digest = sha256(user.hash + ":" + name);
    if (digest < greatest) continue;
    greatest = digest;
    chosen = user.hash;
  }
  return chosen;
}

}  // namespace

// An unknown name has somebody else's hash worked out, and is refused whatever that says. The log
// does not have the name: it may be a password that was typed into the wrong field.
Verdict PasswordCheck::judge(const Evidence& evidence, WallTime) const {
  if (!evidence.says(scheme())) return {};
  const Credential& given = *evidence.credential;
  const UserTable::User* user = users_.find(given.user);
  // Looked for in any case, for its time.
  std::string other = stand_in(users_, given.user);
  bool matches = matches_password(user ? user->hash : other, given.password);
  if (!user) return Verdict::refuse("there is no user of this name");
  if (!matches) return Verdict::refuse(fmt::format("the password of {} is wrong", user->name));
  return Verdict::accept({user->name, "password", {}});
}

}  // namespace bowline
