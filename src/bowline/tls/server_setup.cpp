#include "bowline/tls/identity.h"
#include "bowline/tls/setup.h"
#include "bowline/tls/verify.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <chrono>

namespace bowline {
namespace {

constexpr long session_lifetime_seconds = 2L * 60 * 60;
// A client takes up a session once, and gets a new ticket each time; more tickets only serve
// clients that connect several times at once, and each costs a few microseconds.
constexpr std::size_t tickets_per_connection = 1;

const TlsSetup& setup_of(SSL* ssl) {
  return *static_cast<TlsSetup*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
}

int on_server_name(SSL* ssl, int*, void*) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (!name) return SSL_TLSEXT_ERR_NOACK;
  SSL_CTX* context = setup_of(ssl).context_for(name);
  if (context) SSL_set_SSL_CTX(ssl, context);
  return SSL_TLSEXT_ERR_OK;
}

int on_protocols(SSL* ssl, const unsigned char** chosen, unsigned char* size,
                 const unsigned char* offered, unsigned offered_size, void*) {
  const std::string& ours = setup_of(ssl).alpn;
  unsigned char* found = nullptr;
  int result =
      SSL_select_next_proto(&found, size, reinterpret_cast<const unsigned char*>(ours.data()),
                            unsigned(ours.size()), offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Answers as SSL_CTX_set_tlsext_ticket_key_evp_cb(3) has it: 1 go on, 2 go on and give the client
// a ticket with a newer key, 0 no such key, -1 failed.
int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac, int sealing) {
  TicketKeys& keys = *setup_of(ssl).tickets;
  Time now = std::chrono::steady_clock::now();
  std::optional<TicketKeys::Key> newest = keys.sealing(now);
  if (!newest) return -1;
  std::optional<TicketKeys::Key> key = newest;
  if (sealing) {
    std::copy(key->name.begin(), key->name.end(), name);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
  } else {
    TicketKeys::Name wanted;
    std::copy_n(name, wanted.size(), wanted.begin());
    key = keys.opening(wanted, now);
    if (!key) return 0;
  }
  char digest[] = "SHA256";
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key->mac.data(), key->mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  if (!EVP_MAC_CTX_set_params(mac, parameters)) return -1;
  if (!EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv, sealing)) {
    return -1;
  }
  // With TLS 1.3 a ticket is for one connection, so each client needs another.
  bool renew = key->name != newest->name || SSL_version(ssl) == TLS1_3_VERSION;
  return !sealing && renew ? 2 : 1;
}

struct Clients {
  int mode = SSL_VERIFY_NONE;
  openssl::Store store;
  std::vector<openssl::Certificate> authorities;
  std::string terms;
};

Result<Clients> load_clients(const TlsServerOptions& options) {
  Clients clients;
  if (options.client_certificates == ClientCertificates::none) return clients;
  if (options.client_ca.empty()) {
    return make_error(std::make_error_code(std::errc::invalid_argument),
                      "ask clients for certificates",
                      "who may vouch for them is not given: --client-ca FILE");
  }
  Result<std::string> text = load_pem(options.client_ca, "client authority");
  if (!text) return text.error();
  Result<openssl::Store> store = load_trust(options.client_ca, "client authority");
  if (!store) return store.error();
  auto authorities = load_certificates(options.client_ca, "client authority");
  if (!authorities) return authorities.error();
  bool required = options.client_certificates == ClientCertificates::required;
  clients.mode = SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);
  clients.store = std::move(*store);
  clients.authorities = std::move(*authorities);
  clients.terms = (required ? "required " : "optional ") + *text;
  return clients;
}

void set_clients(SSL_CTX* context, const Clients& clients) {
  // A session is only taken up again under the terms that it was agreed on: a client that was let
  // in by another authority, or by none, has to show its certificate.
  std::string id = digest_of(clients.terms);
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(id.data()),
                                 unsigned(id.size()));
  SSL_CTX_set_verify(context, clients.mode, clients.store ? on_verified : nullptr);
  if (!clients.store) return;
  SSL_CTX_set1_cert_store(context, clients.store.get());
  for (const openssl::Certificate& one : clients.authorities) {
    SSL_CTX_add_client_CA(context, one.get());
  }
}

void set_callbacks(SSL_CTX* context, const TlsSetup& setup) {
  SSL_CTX_set_tlsext_servername_callback(context, on_server_name);
  if (!setup.alpn.empty()) SSL_CTX_set_alpn_select_cb(context, on_protocols, nullptr);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
  SSL_CTX_set_num_tickets(context, tickets_per_connection);
  SSL_CTX_set_timeout(context, session_lifetime_seconds);
}

std::string lower(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = char(letter - 'A' + 'a');
  }
  return text;
}

Result<void> add_certificate(TlsSetup& setup, const TlsServerOptions& options,
                             const TlsCertificate& certificate, const Clients& clients) {
  openssl::Context context = make_context(setup, options.version_min, options.version_max);
  if (!context) return make_error(Errc::tls_failed, "set up TLS", openssl::take_error());
  Result<x509_st*> shown = use_certificate(*context, certificate, options.any_date);
  if (!shown) return shown.error();
  set_callbacks(context.get(), setup);
  set_clients(context.get(), clients);
  for (const std::string& name : identity_of(**shown).names) {
    setup.names.emplace(lower(name), context.get());
  }
  setup.contexts.push_back(std::move(context));
  return {};
}

}  // namespace

Result<std::shared_ptr<const TlsSetup>> make_setup(const TlsServerOptions& options,
                                                   std::shared_ptr<TicketKeys> tickets) {
  if (options.certificates.empty()) {
    return make_error(std::make_error_code(std::errc::invalid_argument), "set up a TLS server",
                      "it needs a certificate and its key: bowline cert makes them");
  }
  auto setup = std::make_shared<TlsSetup>();
  setup->is_server = true;
  setup->tickets = std::move(tickets);
  Result<std::string> alpn = alpn_wire(options.alpn);
  if (!alpn) return alpn.error();
  setup->alpn = *alpn;
  if (!options.key_log_file.empty()) {
    auto log = KeyLog::open(options.key_log_file);
    if (!log) return log.error();
    setup->key_log = std::move(*log);
  }
  Result<Clients> clients = load_clients(options);
  if (!clients) return clients.error();
  for (const TlsCertificate& certificate : options.certificates) {
    Result<void> added = add_certificate(*setup, options, certificate, *clients);
    if (!added) return added.error();
  }
  return std::shared_ptr<const TlsSetup>(std::move(setup));
}

}  // namespace bowline
