#include "bowline/tls/verify.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

namespace bowline {
namespace {

// Where an SSL keeps the address of its problem. OpenSSL hands out such places once per process.
int problem_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

std::string try_text(const std::string& host) {
  return host.empty() ? "give its authority with --client-ca FILE"
                      : "give its authority with --ca FILE, or trust anybody with --insecure";
}

std::string whose(const VerifyProblem& problem) {
  const CertificateIdentity& identity = problem.identity;
  if (problem.is_peer) return "its certificate for " + identity.names_text();
  return "the certificate of its authority " + identity.subject;
}

std::string mismatch_text(const VerifyProblem& problem, const std::string& host) {
  if (problem.identity.names.empty()) {
    return fmt::format("its certificate ({}) names no host: {} has to be in its subjectAltName",
                       problem.identity.subject, host);
  }
  return fmt::format(
      "its certificate is for {} and not for {}: connect by one of its names, or trust anybody "
      "with --insecure",
      problem.identity.names_text(), host);
}

}  // namespace

Result<openssl::Store> load_trust(const PemSource& source, std::string_view what) {
  Result<std::vector<openssl::Certificate>> certificates = load_certificates(source, what);
  if (!certificates) return certificates.error();
  openssl::Store store(X509_STORE_new());
  for (const openssl::Certificate& one : *certificates) X509_STORE_add_cert(store.get(), one.get());
  return store;
}

int on_verified(int good, x509_store_ctx_st* verification) {
  if (good) return good;
  auto* ssl = static_cast<SSL*>(
      X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* problem =
      static_cast<std::unique_ptr<VerifyProblem>*>(SSL_get_ex_data(ssl, problem_index()));
  X509* certificate = X509_STORE_CTX_get_current_cert(verification);
  if (problem && !*problem) {
    *problem = std::make_unique<VerifyProblem>();
    (*problem)->code = X509_STORE_CTX_get_error(verification);
    (*problem)->is_peer = X509_STORE_CTX_get_error_depth(verification) == 0;
    if (certificate) (*problem)->identity = identity_of(*certificate);
  }
  return good;
}

void keep_problem(ssl_st& ssl, std::unique_ptr<VerifyProblem>& problem) {
  SSL_set_ex_data(&ssl, problem_index(), &problem);
}

std::string problem_text(const VerifyProblem& problem, const std::string& host) {
  const CertificateIdentity& identity = problem.identity;
  switch (problem.code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return fmt::format("{} expired on {}: its owner has to renew it", whose(problem),
                         wall_time_text(identity.valid_until));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fmt::format("{} is not valid before {}: is this machine's clock right?",
                         whose(problem), wall_time_text(identity.valid_from));
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return mismatch_text(problem, host);
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return fmt::format("{} is self-signed and nobody here vouches for it: {}", whose(problem),
                         try_text(host));
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
      return fmt::format("{} is not one of those trusted here: {}", whose(problem), try_text(host));
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return fmt::format("{} is signed by {}, which is not known here: {}", whose(problem),
                         identity.issuer, try_text(host));
    case X509_V_ERR_INVALID_PURPOSE:
      return fmt::format("{} is not meant for {}", whose(problem),
                         host.empty() ? "clients" : "servers");
    default:
      return fmt::format("{}: {}", whose(problem), X509_verify_cert_error_string(problem.code));
  }
}

}  // namespace bowline
