#include "bowline/tls/signature.h"

#include "bowline/base/constant_time.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <memory>

namespace bowline {
namespace {

constexpr std::size_t hs256_secret_min = 32;
constexpr int rsa_bits_min = 2048;
constexpr std::size_t p256_number_size = 32;

template <class Object, void (*free)(Object*)>
struct FreeBy {
  void operator()(Object* object) const { free(object); }
};
template <class Object, void (*free)(Object*)>
using Owned = std::unique_ptr<Object, FreeBy<Object, free>>;

using Number = Owned<BIGNUM, BN_free>;
using Parameters = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using ParameterBuilder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcdsaSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

const unsigned char* octets(Bytes bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Error unusable(std::string_view name, std::string_view why) {
  return make_error(Errc::bad_certificate, fmt::format("use {} to check signatures", name), why);
}

Number number(Bytes bytes) {
  return Number(BN_bin2bn(octets(bytes), int(bytes.size()), nullptr));
}

// A public key of what `builder` holds; null when that is none.
openssl::Key make_key(const char* type, const ParameterBuilder& builder) {
  Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  bool made = parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
              EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1;
  ERR_clear_error();
  return openssl::Key(made ? key : nullptr);
}

// ECDSA in the form that OpenSSL takes (DER) of the two numbers side by side (RFC 7518 3.4).
std::string der_of(Bytes signature) {
  if (signature.size() != 2 * p256_number_size) return {};
  EcdsaSignature pair(ECDSA_SIG_new());
  Number r = number(signature.first(p256_number_size));
  Number s = number(signature.after(p256_number_size));
  if (!pair || !r || !s || !ECDSA_SIG_set0(pair.get(), r.release(), s.release())) return {};
  std::string der(std::size_t(i2d_ECDSA_SIG(pair.get(), nullptr)), '\0');
  auto* at = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(pair.get(), &at);
  return der;
}

bool is_hmac(const std::string& secret, Bytes message, Bytes signature) {
  Sha256 expected;
  unsigned size = 0;
  auto* out = reinterpret_cast<unsigned char*>(expected.data());
  HMAC(EVP_sha256(), secret.data(), int(secret.size()), octets(message), message.size(), out,
       &size);
  return size == expected.size() && equals_in_constant_time(expected, signature);
}

openssl::Key read_public_key(std::string_view pem) {
  openssl::Bio bio(BIO_new_mem_buf(pem.data(), int(pem.size())));
  openssl::Key key;
  if (pem.find("BEGIN CERTIFICATE") != std::string_view::npos) {
    openssl::Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (certificate) key.reset(X509_get_pubkey(certificate.get()));
  } else {
    key.reset(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  }
  ERR_clear_error();
  return key;
}

bool is_p256(const EVP_PKEY* key) {
  char group[64] = {};
  std::size_t size = 0;
  return EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1 &&
         std::string_view(group, size) == SN_X9_62_prime256v1;
}

}  // namespace

std::string_view algorithm_name(SignatureAlgorithm algorithm) {
  constexpr std::string_view names[] = {"HS256", "RS256", "ES256", "EdDSA"};
  return names[std::size_t(algorithm)];
}

Result<VerifyingKey> VerifyingKey::secret(Bytes secret) {
  if (secret.size() < hs256_secret_min) {
    return unusable("a secret",
                    fmt::format("it has {} bytes and HS256 needs {}: try openssl rand -hex 32",
                                secret.size(), hs256_secret_min));
  }
  return VerifyingKey(SignatureAlgorithm::hs256, std::string(secret.text()), nullptr);
}

Result<VerifyingKey> VerifyingKey::from_pem(std::string_view pem, const std::string& name) {
  if (pem.find("PRIVATE KEY-----") != std::string_view::npos) {
    return unusable(name,
                    fmt::format("it holds a private key, which has no place here: try openssl "
                                "pkey -in {} -pubout -out PUBLIC.pem",
                                name));
  }
  openssl::Key key = read_public_key(pem);
  if (!key) return unusable(name, "it holds neither a public key nor a certificate (PEM)");
  return of(std::move(key), name);
}

Result<VerifyingKey> VerifyingKey::of(openssl::Key key, std::string_view name) {
  switch (EVP_PKEY_get_base_id(key.get())) {
    case EVP_PKEY_RSA:
      if (EVP_PKEY_get_bits(key.get()) < rsa_bits_min) {
        return unusable(name, fmt::format("RSA of {} bits is too weak: {} are the least",
                                          EVP_PKEY_get_bits(key.get()), rsa_bits_min));
      }
      return VerifyingKey(SignatureAlgorithm::rs256, {}, std::move(key));
    case EVP_PKEY_EC:
      if (!is_p256(key.get())) return unusable(name, "of elliptic curves only P-256 is used here");
      return VerifyingKey(SignatureAlgorithm::es256, {}, std::move(key));
    case EVP_PKEY_ED25519:
      return VerifyingKey(SignatureAlgorithm::eddsa, {}, std::move(key));
    default:
      return unusable(name, "it is neither RSA, P-256 nor Ed25519");
  }
}

Result<VerifyingKey> VerifyingKey::rsa(Bytes modulus, Bytes exponent) {
  Number n = number(modulus);
  Number e = number(exponent);
  ParameterBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  openssl::Key key = make_key("RSA", builder);
  if (!key) return unusable("an RSA key", "its numbers are none");
  return of(std::move(key), "an RSA key");
}

Result<VerifyingKey> VerifyingKey::p256(Bytes x, Bytes y) {
  constexpr std::string_view name = "a P-256 key";
  if (x.size() != p256_number_size || y.size() != p256_number_size) {
    return unusable(name, "its coordinates have 32 bytes each");
  }
  std::string point = "\x04";  // uncompressed (SEC 1 2.3.3)
  point.append(x.text()).append(y.text());
  ParameterBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1,
                                  0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  openssl::Key key = make_key("EC", builder);
  if (!key) return unusable(name, "its point is not on the curve");
  return of(std::move(key), name);
}

Result<VerifyingKey> VerifyingKey::ed25519(Bytes x) {
  openssl::Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(x), x.size()));
  ERR_clear_error();
  if (!key) return unusable("an Ed25519 key", "it has 32 bytes");
  return of(std::move(key), "an Ed25519 key");
}

bool VerifyingKey::verifies(Bytes message, Bytes signature) const {
  if (algorithm_ == SignatureAlgorithm::hs256) return is_hmac(secret_, message, signature);
  std::string der;
  if (algorithm_ == SignatureAlgorithm::es256) signature = der = der_of(signature);
  const EVP_MD* digest = algorithm_ == SignatureAlgorithm::eddsa ? nullptr : EVP_sha256();
  DigestContext context(EVP_MD_CTX_new());
  bool verified = context &&
                  EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
                  EVP_DigestVerify(context.get(), octets(signature), signature.size(),
                                   octets(message), message.size()) == 1;
  ERR_clear_error();
  return verified;
}

Sha256 sha256(Bytes bytes) {
  Sha256 digest;
  SHA256(octets(bytes), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

}  // namespace bowline
