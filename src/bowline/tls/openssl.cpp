#include "bowline/tls/openssl.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace bowline::openssl {

void Free::operator()(bio_st* bio) const {
  BIO_free_all(bio);
}

void Free::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

void Free::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

void Free::operator()(ssl_session_st* session) const {
  SSL_SESSION_free(session);
}

void Free::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

void Free::operator()(x509_st* certificate) const {
  X509_free(certificate);
}

void Free::operator()(x509_store_st* store) const {
  X509_STORE_free(store);
}

std::string take_error() {
  unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : "unknown reason";
}

}  // namespace bowline::openssl
