#include "tls_client.h"

#include "server_cost.h"

namespace load {

TlsClient::TlsClient(int version, bool resume)
    : context_(SSL_CTX_new(TLS_client_method())), resume_(resume) {
  bool fine = SSL_CTX_set_min_proto_version(context_, version) &&
              SSL_CTX_set_max_proto_version(context_, version) &&
              SSL_CTX_set_ciphersuites(context_, "TLS_AES_256_GCM_SHA384") &&
              SSL_CTX_set_cipher_list(
                  context_, "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384") &&
              SSL_CTX_set1_groups_list(context_, "X25519:P-256");
  if (!fine) fail("OpenSSL does not know the cipher");
  SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context_,
                                 SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_set_app_data(context_, this);
  SSL_CTX_sess_set_new_cb(context_, keep_session);
}

TlsClient::~TlsClient() {
  SSL_SESSION_free(session_);
  SSL_CTX_free(context_);
}

SSL* TlsClient::start(int fd) {
  SSL* ssl = SSL_new(context_);
  if (!ssl || !SSL_set_fd(ssl, fd)) fail("OpenSSL has no memory");
  SSL_set_tlsext_host_name(ssl, "localhost");
  if (resume_ && session_) {
    // A copy: OpenSSL uses a session of TLS 1.3 once.
    SSL_SESSION* copy = SSL_SESSION_dup(session_);
    SSL_set_session(ssl, copy);
    SSL_SESSION_free(copy);
  }
  SSL_set_connect_state(ssl);
  return ssl;
}

int TlsClient::keep_session(SSL* ssl, SSL_SESSION* session) {
  auto* client = static_cast<TlsClient*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  SSL_SESSION_free(client->session_);
  client->session_ = session;
  return 1;  // it is kept
}

}  // namespace load
