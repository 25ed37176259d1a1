// Password hashes by argon2id (RFC 9106) in the usual text form, and the files they are kept in:
//
//   alice:$argon2id$v=19$m=19456,t=2,p=1$4VEn...$sHXk...
#pragma once

#include "bowline/base/bytes.h"
#include "bowline/base/error.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace bowline {

inline constexpr std::size_t password_size_max = 1024;

using PasswordSalt = std::array<std::byte, 16>;

// 19 MiB, two passes, one lane: some 30 ms. The salt is new for each password, and random.
std::string hash_password(std::string_view password, const PasswordSalt& salt);
// As long as hashing takes. False too for a text that is no hash.
bool matches_password(const std::string& hash, std::string_view password);
// Whether `text` is a hash that can be checked: argon2id, of at most 1 GiB and 100 passes.
bool is_password_hash(std::string_view text);

// The users of such a file, in its order. Comments and empty lines are not kept.
class UserTable {
 public:
  struct User {
    std::string name;
    std::string hash;
  };

  // `path` is for errors alone.
  static Result<UserTable> parse(std::string_view text, const std::string& path);
  std::string text() const;

  const std::vector<User>& users() const { return users_; }
  const User* find(std::string_view name) const;
  // Adds the user, or gives the one of that name another hash; true when it was new.
  bool set(std::string_view name, std::string hash);
  bool remove(std::string_view name);

 private:
  std::vector<User> users_;
};

}  // namespace bowline
