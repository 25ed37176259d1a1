#include "bowline/auth/jwt_keys.h"

#include "tests/support/folder.h"
#include "tests/support/tls_pair.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

namespace bowline {
namespace {

using ::testing::HasSubstr;

constexpr const char* ed25519_key =
    R"({"kty":"OKP","crv":"Ed25519","kid":"ed","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
constexpr const char* secret_key =
    R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0i"})";

// "HS256 EdDSA:ed", then " secret" if one is; or the error.
std::string read(std::string_view text) {
  Result<JwtKeys> keys = parse_jwt_keys(text, "keys");
  if (!keys) return keys.error().what();
  std::string out;
  for (JwtKey& one : keys->keys) {
    out.append(out.empty() ? "" : " ").append(algorithm_name(one.key.algorithm()));
    if (!one.id.empty()) out += ":" + one.id;
  }
  return keys->secret ? out + " secret" : out;
}

TEST(JwtKeys, are_PEM_or_JSON_or_a_secret) {
  EXPECT_EQ(read(testing::certificate_for({"localhost"}).certificate), "ES256");
  EXPECT_EQ(read(ed25519_key), "EdDSA:ed");
  EXPECT_EQ(read(secret_key), "HS256 secret");
  EXPECT_EQ(read("0123456789abcdef0123456789abcdef\n"), "HS256 secret");
}

TEST(JwtKeys, of_a_set_are_those_of_use) {
  std::string set = R"({"keys":[{"kty":"EC","crv":"P-521"},{"kty":"new"},7,)" +
                    std::string(ed25519_key) + "," + secret_key +
                    R"(,{"kty":"RSA","use":"enc"},{"kty":"RSA","alg":"PS256"}]})";
  EXPECT_EQ(read(set), "EdDSA:ed HS256 secret");
  EXPECT_THAT(read(R"({"keys":[{"kty":"new"}]})"), HasSubstr("no key of use"));
}

TEST(JwtKeys, that_are_wrong_say_why) {
  EXPECT_THAT(read(""), HasSubstr("empty"));
  EXPECT_THAT(read("short"), HasSubstr("HS256 needs 32"));
  EXPECT_THAT(read("{nothing"), HasSubstr("JSON"));
  EXPECT_THAT(read(R"({"keys":7})"), HasSubstr("list"));
  EXPECT_THAT(read(R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"})"), HasSubstr("32 bytes"));
  EXPECT_THAT(read(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})"), HasSubstr("weak"));
  EXPECT_THAT(read(R"({"kty":"OKP","crv":"Ed25519","x":"AA"})"), HasSubstr("Ed25519"));
  EXPECT_THAT(read(R"({"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"})"), HasSubstr("private"));
  EXPECT_THAT(read(testing::certificate_for({"localhost"}).key), HasSubstr("-pubout"));
  EXPECT_THAT(read("-----BEGIN PUBLIC KEY-----\n"), HasSubstr("neither a public key"));
}

// Or a public key in a form that is not known would be a secret that everybody has.
TEST(JwtKeys, of_another_form_are_no_secret) {
  std::string body(64, 'A');
  for (std::string text :
       {"\x30\x59\x30\x13" + body, "[" + std::string(ed25519_key) + "]",
        "\xef\xbb\xbf" + std::string(ed25519_key), "ssh-rsa " + body, "ssh-ed25519 " + body,
        " ecdsa-sha2-nistp256 " + body, body + "\n" + body, body + std::string(1, '\0')}) {
    EXPECT_THAT(read(text), HasSubstr("binary secret as a JSON Web Key")) << text;
  }
}

TEST(JwtKeys, that_are_secret_are_in_a_file_that_strangers_can_not_read) {
  testing::Folder folder;
  std::ofstream(folder / "public") << ed25519_key;
  std::ofstream(folder / "secret") << secret_key;
  ::chmod((folder / "public").c_str(), 0644);
  ::chmod((folder / "secret").c_str(), 0644);
  EXPECT_TRUE(load_jwt_keys(folder / "public").ok());
  EXPECT_THAT(load_jwt_keys(folder / "secret").error().what(), HasSubstr("chmod"));
  ::chmod((folder / "secret").c_str(), 0640);
  EXPECT_TRUE(load_jwt_keys(folder / "secret").ok());
}

}  // namespace
}  // namespace bowline
