#include "bowline/tls/setup.h"

#include "bowline/tls/identity.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>

namespace bowline {
namespace {

// Forward secrecy and authenticated encryption only; AES-128 first, which is the fastest where
// there is hardware for it, unless a client says that for it ChaCha20 is.
constexpr const char* ciphers_1_3 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* ciphers_1_2 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* groups = "X25519:P-256:P-384";
constexpr const char* signatures =
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:"
    "RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"
    "rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:"
    "RSA+SHA256:RSA+SHA384:RSA+SHA512";
constexpr int security_level = 2;  // 112 bits and more: RSA from 2048 bits, no SHA-1

int number_of(TlsVersion version) {
  return version == TlsVersion::v1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

void write_key_log(const SSL* ssl, const char* line) {
  const auto* setup = static_cast<TlsSetup*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  setup->key_log->add(line);
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& letter : lowered) {
    if (letter >= 'A' && letter <= 'Z') letter = char(letter - 'A' + 'a');
  }
  return lowered;
}

Result<void> check_dates(const CertificateIdentity& identity, const PemSource& source) {
  auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::string action = "use certificate " + source.name();
  if (identity.valid_until < now) {
    return make_error(Errc::bad_certificate, action,
                      "it expired on " + wall_time_text(identity.valid_until) + ": renew it");
  }
  if (identity.valid_from > now) {
    return make_error(Errc::bad_certificate, action,
                      "it is not valid before " + wall_time_text(identity.valid_from) +
                          ": is this machine's clock right?");
  }
  return {};
}

}  // namespace

ssl_ctx_st* TlsSetup::context_for(std::string_view host) const {
  std::string name = lower(host);
  if (name.ends_with('.')) name.pop_back();
  auto found = names.find(name);
  std::size_t dot = name.find('.');
  // A wildcard stands for one label, the first (RFC 6125 6.4.3).
  if (found == names.end() && dot != std::string::npos) found = names.find("*" + name.substr(dot));
  return found == names.end() ? nullptr : found->second;
}

openssl::Context make_context(TlsSetup& setup, TlsVersion version_min, TlsVersion version_max) {
  openssl::Context owned(SSL_CTX_new(TLS_method()));
  SSL_CTX* context = owned.get();
  if (!context) return nullptr;
  SSL_CTX_set_app_data(context, &setup);
  SSL_CTX_set_min_proto_version(context, number_of(version_min));
  SSL_CTX_set_max_proto_version(context, number_of(version_max));
  SSL_CTX_set_security_level(context, security_level);
  bool set = SSL_CTX_set_ciphersuites(context, ciphers_1_3) &&
             SSL_CTX_set_cipher_list(context, ciphers_1_2) &&
             SSL_CTX_set1_groups_list(context, groups) &&
             SSL_CTX_set1_sigalgs_list(context, signatures);
  if (!set) return nullptr;
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_ENABLE_PARTIAL_WRITE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  if (setup.key_log) SSL_CTX_set_keylog_callback(context, write_key_log);
  return owned;
}

Result<x509_st*> use_certificate(ssl_ctx_st& context, const TlsCertificate& certificate,
                                 bool any_date) {
  const PemSource& source = certificate.certificate;
  Result<std::vector<openssl::Certificate>> chain = load_certificates(source, "certificate");
  if (!chain) return chain.error();
  Result<openssl::Key> key = load_key(certificate.key);
  if (!key) return key.error();
  std::string action = "use certificate " + source.name();
  x509_st* first = chain->front().get();
  if (!X509_check_private_key(first, key->get())) {
    openssl::take_error();
    return make_error(Errc::bad_certificate, action,
                      fmt::format("key {} is not that of this certificate: it is for {}",
                                  certificate.key.name(), identity_of(*first).names_text()));
  }
  for (const openssl::Certificate& one : *chain) {
    Result<void> dates = any_date ? Result<void>() : check_dates(identity_of(*one), source);
    if (!dates) return dates.error();
  }
  bool used = SSL_CTX_use_certificate(&context, first) == 1 &&
              SSL_CTX_use_PrivateKey(&context, key->get()) == 1;
  for (std::size_t index = 1; used && index < chain->size(); ++index) {
    used = SSL_CTX_add1_chain_cert(&context, (*chain)[index].get()) == 1;
  }
  if (!used) return make_error(Errc::bad_certificate, action, openssl::take_error());
  return first;
}

Result<std::string> alpn_wire(const std::vector<std::string>& names) {
  std::string wire;
  for (const std::string& name : names) {
    if (name.empty() || name.size() > 255) {
      return make_error(std::make_error_code(std::errc::invalid_argument),
                        "offer protocol '" + printable(name) + "'",
                        "the name of a protocol has 1 to 255 bytes");
    }
    wire += char(name.size());
    wire += name;
  }
  return wire;
}

std::string digest_of(std::string_view text) {
  std::array<unsigned char, 32> digest;
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return {digest.begin(), digest.end()};
}

}  // namespace bowline
