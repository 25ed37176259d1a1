// Making certificates for development and tests: an authority of one's own, and certificates that
// it signs. Keys are EC P-256. Whoever has the authority's key can be anybody to those who trust
// it.
#pragma once

#include "bowline/base/error.h"
#include "bowline/tls/identity.h"

#include <string>
#include <vector>

namespace bowline {

// A certificate and its private key, both PEM. The key is not encrypted.
struct PemPair {
  std::string certificate;
  std::string key;
};

enum class CertificateUse {
  server,     // shown by servers, for `names`
  client,     // shown by clients that a server asks for one (mutual TLS)
  authority,  // signs others
};

struct CertificateOptions {
  CertificateUse use = CertificateUse::server;
  // Host names ("localhost", "*.example.org") and IP addresses. Names that are not ASCII are given
  // in their xn-- form.
  std::vector<std::string> names;
  std::string subject;  // its common name; empty: the first of `names`
  WallTime valid_from;
  WallTime valid_until;
};

// A new key and a certificate for it, signed by `issuer`, or by itself when that is null. Fails
// with Errc::bad_certificate for names that can't be in one and for an issuer that can't be read.
Result<PemPair> make_certificate(const CertificateOptions& options,
                                 const PemPair* issuer = nullptr);

// Whether the key of `pair` is that of its certificate.
bool key_matches(const PemPair& pair);

}  // namespace bowline
