#include "bowline/tls/setup.h"
#include "bowline/tls/verify.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace bowline {
namespace {

Result<void> set_trust(SSL_CTX* context, TlsSetup& setup, const TlsClientOptions& options) {
  if (options.insecure) {
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    setup.terms = "insecure ";
    return {};
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, on_verified);
  if (options.ca.empty()) {
    setup.terms = "system ";
    SSL_CTX_set_default_verify_paths(context);
    return {};
  }
  Result<std::string> text = load_pem(options.ca, "authority");
  if (!text) return text.error();
  Result<openssl::Store> store = load_trust(options.ca, "authority");
  if (!store) return store.error();
  SSL_CTX_set1_cert_store(context, store->get());
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  setup.terms = *text;
  return {};
}

Result<void> set_certificate(SSL_CTX* context, TlsSetup& setup, const TlsClientOptions& options) {
  if (options.certificate.certificate.empty()) return {};
  Result<x509_st*> shown = use_certificate(*context, options.certificate, false);
  if (!shown) return shown.error();
  setup.terms += identity_of(**shown).fingerprint;
  return {};
}

// The engine's app data is the key of its sessions; with TLS 1.3 they come after the handshake.
int on_session(SSL* ssl, SSL_SESSION* session) {
  const auto& setup = *static_cast<TlsSetup*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  const auto* key = static_cast<const std::string*>(SSL_get_app_data(ssl));
  setup.sessions->put(*key, openssl::Session(session));
  return 1;
}

void keep_sessions(SSL_CTX* context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, on_session);
}

}  // namespace

Result<std::shared_ptr<const TlsSetup>> make_setup(const TlsClientOptions& options) {
  auto setup = std::make_shared<TlsSetup>();
  setup->insecure = options.insecure;
  setup->sessions = options.sessions;
  Result<std::string> alpn = alpn_wire(options.alpn);
  if (!alpn) return alpn.error();
  setup->alpn = *alpn;
  if (!options.key_log_file.empty()) {
    auto log = KeyLog::open(options.key_log_file);
    if (!log) return log.error();
    setup->key_log = std::move(*log);
  }
  openssl::Context context = make_context(*setup, options.version_min, options.version_max);
  if (!context) return make_error(Errc::tls_failed, "set up TLS", openssl::take_error());
  Result<void> trust = set_trust(context.get(), *setup, options);
  if (!trust) return trust.error();
  Result<void> certificate = set_certificate(context.get(), *setup, options);
  if (!certificate) return certificate.error();
  if (setup->sessions) keep_sessions(context.get());
  setup->terms = digest_of(setup->terms + setup->alpn);
  setup->contexts.push_back(std::move(context));
  return std::shared_ptr<const TlsSetup>(std::move(setup));
}

}  // namespace bowline
