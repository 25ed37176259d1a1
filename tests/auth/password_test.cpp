#include "bowline/auth/password.h"

#include <gmock/gmock.h>

namespace bowline {
namespace {

using ::testing::HasSubstr;

// Of "password", as the argon2 command of its authors makes it with -id -t 2 -k 64 -p 1 -l 24 -e.
constexpr const char* quick_hash =
    "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$Bo1ismRVk2qm6+YAYLCmWHDb+j3fjUH3";

TEST(Password, is_kept_as_argon2id_with_its_salt) {
  PasswordSalt salt{};
  std::string hash = hash_password("open sesame", salt);
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$")) << hash;
  EXPECT_TRUE(is_password_hash(hash));
  EXPECT_TRUE(matches_password(hash, "open sesame"));
  EXPECT_FALSE(matches_password(hash, "open Sesame"));
  EXPECT_FALSE(matches_password(hash, ""));
  salt[0] = std::byte{1};
  EXPECT_NE(hash_password("open sesame", salt), hash);
}

TEST(Password, hashes_of_others_are_checked_with_their_own_parameters) {
  EXPECT_TRUE(matches_password(quick_hash, "password"));
  EXPECT_FALSE(matches_password(quick_hash, "passwore"));
}

TEST(Password, what_is_no_hash_matches_nothing) {
  for (const char* hash :
       {"", "password", "$argon2i$v=19$m=64,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=64,t=2000,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ", "$argon2id$v=19$m=64,t=2,p=1$$",
        "$argon2id$v=16$m=64,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"}) {
    EXPECT_FALSE(is_password_hash(hash)) << hash;
    EXPECT_FALSE(matches_password(hash, "password")) << hash;
  }
}

TEST(UserTable, keeps_users_in_their_order) {
  std::string hash = quick_hash;
  UserTable table = UserTable::parse("# users\nbob:" + hash + "\n\nalice:" + hash, "users").value();
  EXPECT_EQ(table.text(), "bob:" + hash + "\nalice:" + hash + "\n");
  EXPECT_FALSE(table.set("bob", hash_password("other", {})));
  EXPECT_TRUE(table.set("carol", hash));
  EXPECT_TRUE(table.remove("alice"));
  EXPECT_FALSE(table.remove("alice"));
  EXPECT_EQ(table.users().size(), 2u);
  EXPECT_TRUE(matches_password(table.find("bob")->hash, "other"));
  EXPECT_EQ(table.find("alice"), nullptr);
}

TEST(UserTable, says_which_line_is_wrong) {
  std::string hash = quick_hash;
  auto problem = [](const std::string& text) {
    return std::string(UserTable::parse(text, "users").error().what());
  };
  EXPECT_THAT(problem("bob:" + hash + "\nalice"), HasSubstr("users, line 2"));
  EXPECT_THAT(problem("alice:password"), HasSubstr("not of argon2id"));
  EXPECT_THAT(problem("a b:" + hash), HasSubstr("bowline user add"));
  EXPECT_THAT(problem("a:" + hash + "\na:" + hash), HasSubstr("named before"));
  EXPECT_EQ(problem("alice:password").find("password:"), std::string::npos);
}

}  // namespace
}  // namespace bowline
