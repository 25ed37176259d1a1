#include "bowline/tls/signature.h"

#include "bowline/base/base64.h"
#include "tests/support/tls_pair.h"

#include <gmock/gmock.h>

namespace bowline {
namespace {

using ::testing::HasSubstr;

std::string bytes(std::string_view text) {
  return base64url_decoded(text).value();
}

// A signature of RFC 7515 or 8037 as it stands there: it holds, and no longer when one bit of it or
// of what it is of has changed, or a part is missing.
void expect_holds(const VerifyingKey& key, const std::string& header, const std::string& payload,
                  const std::string& signature) {
  std::string message = header + "." + payload;
  EXPECT_TRUE(key.verifies(message, bytes(signature)));
  for (std::size_t at = 0; at < message.size(); at += 7) {
    std::string changed = message;
    changed[at] = char(changed[at] ^ 1);
    EXPECT_FALSE(key.verifies(changed, bytes(signature))) << at;
  }
  std::string wrong = bytes(signature);
  for (std::size_t at = 0; at < wrong.size(); at += 7) {
    wrong[at] = char(wrong[at] ^ 1);
    EXPECT_FALSE(key.verifies(message, wrong)) << at;
    wrong[at] = char(wrong[at] ^ 1);
  }
  EXPECT_FALSE(key.verifies(message, bytes(signature).substr(1)));
  EXPECT_FALSE(key.verifies(message, bytes(signature) + "x"));
  EXPECT_FALSE(key.verifies(message, ""));
}

constexpr const char* payload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
    "fQ";

TEST(Signature, HS256_is_that_of_RFC_7515_A_1) {
  VerifyingKey key = VerifyingKey::secret(
                         bytes("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS"
                               "4hcgUuTwjAzZr1Z9CAow"))
                         .value();
  expect_holds(key, "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", payload,
               "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  EXPECT_EQ(algorithm_name(key.algorithm()), "HS256");
}

TEST(Signature, RS256_is_that_of_RFC_7515_A_2) {
  VerifyingKey key =
      VerifyingKey::rsa(
          bytes(
              "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPM"
              "EzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-"
              "bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3q"
              "Co5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54"
              "h4FRWyuXpoQ"),
          bytes("AQAB"))
          .value();
  expect_holds(
      key, "eyJhbGciOiJSUzI1NiJ9", payload,
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp"
      "5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHl"
      "b1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9Q"
      "OYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");
}

TEST(Signature, ES256_is_that_of_RFC_7515_A_3) {
  VerifyingKey key = VerifyingKey::p256(bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
                                        bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"))
                         .value();
  expect_holds(
      key, "eyJhbGciOiJFUzI1NiJ9", payload,
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU"
      "1Q");
}

TEST(Signature, EdDSA_is_that_of_RFC_8037_A_4) {
  VerifyingKey key =
      VerifyingKey::ed25519(bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")).value();
  expect_holds(
      key, "eyJhbGciOiJFZERTQSJ9", "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0K"
      "Ag");
}

TEST(Signature, keys_of_no_use_say_why) {
  EXPECT_THAT(VerifyingKey::secret("short").error().what(), HasSubstr("openssl rand"));
  EXPECT_THAT(VerifyingKey::rsa(bytes("AQAB"), bytes("AQAB")).error().what(), HasSubstr("weak"));
  std::string x(32, '\1');
  EXPECT_THAT(VerifyingKey::p256(x, x).error().what(), HasSubstr("curve"));
  EXPECT_THAT(VerifyingKey::p256("x", x).error().what(), HasSubstr("32 bytes"));
  EXPECT_THAT(VerifyingKey::ed25519("x").error().what(), HasSubstr("32 bytes"));
}

TEST(Signature, a_certificate_is_a_public_key_and_a_private_key_is_none) {
  PemPair pair = testing::certificate_for({"localhost"});
  Result<VerifyingKey> key = VerifyingKey::from_pem(pair.certificate, "a.pem");
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->algorithm(), SignatureAlgorithm::es256);
  EXPECT_THAT(VerifyingKey::from_pem(pair.key, "a.key").error().what(), HasSubstr("-in a.key"));
  EXPECT_THAT(VerifyingKey::from_pem("nothing", "a.txt").error().what(), HasSubstr("a.txt"));
}

TEST(Sha256, is_that_of_FIPS_180_4) {
  Sha256 digest = sha256("abc");
  EXPECT_EQ(base64(digest), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

}  // namespace
}  // namespace bowline
