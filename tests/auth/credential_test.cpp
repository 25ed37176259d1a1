#include "bowline/auth/credential.h"

#include "bowline/base/base64.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

// "bearer TOKEN" or "USER/PASSWORD"; "-" for none.
std::string read(std::string_view text) {
  std::optional<Credential> credential = Credential::parse(text);
  if (!credential) return "-";
  if (credential->is_bearer()) return "bearer " + credential->token;
  return credential->user + "/" + credential->password;
}

std::string basic(std::string_view pair) {
  return read("Basic " + base64(pair));
}

TEST(Credential, is_a_token_or_a_name_and_a_password) {
  EXPECT_EQ(read("Bearer abc"), "bearer abc");
  EXPECT_EQ(read("bearer   a.b-c_d~e+f/g=="), "bearer a.b-c_d~e+f/g==");
  EXPECT_EQ(read("BASIC QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), "Aladdin/open sesame");
  EXPECT_EQ(basic("a:b:c"), "a/b:c");
  EXPECT_EQ(basic("a:"), "a/");
  EXPECT_EQ(basic("j\u00fcrgen:p\u00e4ss"), "j\u00fcrgen/p\u00e4ss");
}

TEST(Credential, is_written_as_it_is_read) {
  for (const Credential& one :
       {Credential::bearer("abc.def=="), Credential::basic("alice", "open: sesame")}) {
    std::optional<Credential> again = Credential::parse(one.text());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->text(), one.text());
    EXPECT_EQ(again->scheme(), one.scheme());
  }
}

TEST(Credential, of_another_form_is_none) {
  for (const char* text :
       {"", "Bearer", "Bearer ", "Bearer a b", "Bearer a=b", "Bearer =", "Bearer a\n", "Beare abc",
        "Bearerabc", " Bearer abc", "Digest abc", "Basic", "Basic !", "Basic QQ", "Basic QQ=="}) {
    EXPECT_EQ(read(text), "-") << text;
  }
  EXPECT_EQ(basic(":password"), "-");
  EXPECT_EQ(basic("no colon"), "-");
  EXPECT_EQ(basic("a b:c"), "-");
  EXPECT_EQ(basic("a:b\n"), "-");
  EXPECT_EQ(basic("\xff:b"), "-");
  EXPECT_EQ(read("Bearer " + std::string(credential_size_max, 'x')), "-");
}

TEST(UserName, can_be_shown_and_stand_before_a_colon) {
  EXPECT_TRUE(is_user_name("alice@example.org"));
  EXPECT_TRUE(is_identity_name("Alice of Example: Ltd"));
  EXPECT_TRUE(is_user_name("a#b"));
  for (std::string name : {std::string(), std::string("a b"), std::string("a:b"), std::string("#a"),
                           std::string("a\n"), std::string("\xff"), std::string(201, 'x')}) {
    EXPECT_FALSE(is_user_name(name)) << name;
  }
}

}  // namespace
}  // namespace bowline
