// Who a certificate is for, by whom, and until when: what is shown of a peer and told in errors.
// Certificates come from strangers, so all text is made safe to print.
#pragma once

#include "bowline/base/error.h"
#include "bowline/tls/openssl.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace bowline {

// Time by the calendar, UTC: what certificates are dated in.
using WallTime = std::chrono::sys_seconds;

struct CertificateIdentity {
  std::string subject;             // as in RFC 2253: "CN=localhost,O=Example"; may be empty
  std::string issuer;              // likewise
  std::string common_name;         // of the subject; empty unless it has exactly one
  std::vector<std::string> names;  // host names and IP addresses it is for (subjectAltName)
  std::string fingerprint;         // SHA-256 of the whole certificate, 64 digits of lower-case hex
  WallTime valid_from;
  WallTime valid_until;

  // "localhost, 127.0.0.1 and 3 more": its names, else its subject.
  std::string names_text() const;
};

CertificateIdentity identity_of(const x509_st& certificate);
// The first certificate in a text of PEM; fails with Errc::bad_certificate.
Result<CertificateIdentity> read_identity(std::string_view pem);

// "2026-11-21 10:35 UTC".
std::string wall_time_text(WallTime time);
// `text` with all but printable ASCII as \xNN, at most `size_max` bytes of it and then "...".
std::string printable(std::string_view text, std::size_t size_max = 200);

}  // namespace bowline
