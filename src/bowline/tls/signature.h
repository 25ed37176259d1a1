// Checking what others have signed: one key that knows the one algorithm it is for (RFC 7518 3,
// 8037), so that nobody who chooses the algorithm can choose what the key means. And the digest of
// secrets, SHA-256.
#pragma once

#include "bowline/base/bytes.h"
#include "bowline/base/error.h"
#include "bowline/tls/openssl.h"

#include <array>
#include <string>
#include <string_view>

namespace bowline {

// As JSON Web Tokens call them: HS256, RS256, ES256, EdDSA (Ed25519).
enum class SignatureAlgorithm { hs256, rs256, es256, eddsa };
std::string_view algorithm_name(SignatureAlgorithm algorithm);

// All of these fail with Errc::bad_certificate and say what is wrong with the key.
class VerifyingKey {
 public:
  // For HS256; at least 32 bytes (RFC 7518 3.2).
  static Result<VerifyingKey> secret(Bytes secret);
  // The public key, or the certificate that holds it: RSA of 2048 bits or more, P-256 or Ed25519.
  // `name` is the file, for errors. A private key is refused: it has no place here.
  static Result<VerifyingKey> from_pem(std::string_view pem, const std::string& name);
  // Of a JSON Web Key, whose numbers are bytes with the highest first (RFC 7518 6, 8037 2).
  static Result<VerifyingKey> rsa(Bytes modulus, Bytes exponent);
  static Result<VerifyingKey> p256(Bytes x, Bytes y);
  static Result<VerifyingKey> ed25519(Bytes x);

  SignatureAlgorithm algorithm() const { return algorithm_; }
  // Whether `signature`, in the form that JSON Web Signatures have it in (RFC 7515 A), was made of
  // `message`. May be called by several threads at once.
  bool verifies(Bytes message, Bytes signature) const;

 private:
  VerifyingKey(SignatureAlgorithm algorithm, std::string secret, openssl::Key key)
      : algorithm_(algorithm), secret_(std::move(secret)), key_(std::move(key)) {}
  static Result<VerifyingKey> of(openssl::Key key, std::string_view name);

  SignatureAlgorithm algorithm_;
  std::string secret_;  // HS256
  openssl::Key key_;    // the others
};

using Sha256 = std::array<std::byte, 32>;
Sha256 sha256(Bytes bytes);

}  // namespace bowline
