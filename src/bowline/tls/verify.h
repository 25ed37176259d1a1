// Checking a peer's certificate, and keeping what was wrong with it, for the error: OpenSSL forgets
// the certificate that it refuses. Inside this layer only.
#pragma once

#include "bowline/tls/identity.h"
#include "bowline/tls/pem.h"

#include <memory>
#include <string>

struct x509_store_ctx_st;

namespace bowline {

struct VerifyProblem {
  int code = 0;  // X509_V_ERR_...
  CertificateIdentity identity;
  bool is_peer = true;  // its own certificate, and not one of those above it
};

// Who may vouch for peers: these certificates.
Result<openssl::Store> load_trust(const PemSource& source, std::string_view what);

// For SSL_CTX_set_verify: notes the first problem where keep_problem() says.
int on_verified(int good, x509_store_ctx_st* verification);
// Has `ssl` keep it in `problem`, which must outlive it.
void keep_problem(ssl_st& ssl, std::unique_ptr<VerifyProblem>& problem);

// What to tell of a problem: which certificate, what is wrong, what to try. `host` is what was
// connected to; empty at a server.
std::string problem_text(const VerifyProblem& problem, const std::string& host);

}  // namespace bowline
