#include "bowline/tls/failure.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>

namespace bowline {
namespace {

constexpr std::size_t first_bytes_shown = 32;
constexpr const char* ours = "TLS 1.2 and 1.3";

// What a peer's alert means (RFC 8446 6.2); empty when its name is all there is to say.
std::string alert_text(int alert, const FailureView& view) {
  bool server = view.is_server;
  switch (alert) {
    case SSL_AD_HANDSHAKE_FAILURE:
      return server ? "the client found nothing that both ends support"
                    : "the server refused: no cipher suite that both ends support, no certificate "
                      "for this name, or it wants a certificate (--cert FILE --key FILE)";
    case SSL_AD_PROTOCOL_VERSION:
      return "the peer speaks neither TLS 1.2 nor 1.3, or not the one that this end is limited to";
    case SSL_AD_UNKNOWN_CA:
      return server ? "the client does not trust the authority of our certificate: give it to the "
                      "client (--ca FILE)"
                    : "the server does not trust the authority of our certificate";
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_CERTIFICATE_UNKNOWN:
      return server ? "the client does not trust our certificate: is its authority known there, is "
                      "it for the name that the client connects to?"
                    : "the server does not accept our certificate";
    case SSL_AD_CERTIFICATE_EXPIRED:
      return "the peer says that our certificate has expired";
    case SSL_AD_CERTIFICATE_REQUIRED:
      return "the server wants a certificate: give --cert FILE and --key FILE";
    case SSL_AD_UNRECOGNIZED_NAME:
      return fmt::format("the server does not know the name {}", view.host);
    case SSL_AD_NO_APPLICATION_PROTOCOL:
      return "the peer speaks none of the protocols offered (ALPN)";
    case SSL_AD_BAD_RECORD_MAC:
    case SSL_AD_DECRYPT_ERROR:
      return "the peer got damaged bytes";
    case SSL_AD_USER_CANCELLED:
      return "the peer gave up";
    default:
      return {};
  }
}

std::string version_text(int version) {
  switch (version) {
    case SSL2_VERSION:
    case SSL3_VERSION:
      return "SSL 3.0";
    case TLS1_VERSION:
      return "TLS 1.0";
    case TLS1_1_VERSION:
      return "TLS 1.1";
    default:
      return "an older version";
  }
}

std::string version_failure(const FailureView& view) {
  if (!view.is_server) {
    return fmt::format("the server speaks no version that is safe; this end speaks {}", ours);
  }
  return fmt::format("the client offers nothing newer than {}; this end speaks {}",
                     version_text(view.peer_version), ours);
}

bool is_damage(int reason) {
  switch (reason) {
    case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_ENCRYPTED_LENGTH_TOO_LONG:
    case SSL_R_DIGEST_CHECK_FAILED:
    case SSL_R_BAD_SIGNATURE:
      return true;
    default:
      return false;
  }
}

std::string reason_text(int reason, const FailureView& view) {
  switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_UNKNOWN_SSL_VERSION:
      return version_failure(view);
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SHARED_GROUPS:
      return "the two ends have no cipher suite, signature or key exchange in common: this end "
             "speaks ECDHE with AES-GCM or ChaCha20 only";
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return "the client showed no certificate, which is required: give it --cert FILE and --key "
             "FILE";
    case SSL_R_NO_APPLICATION_PROTOCOL:
      return "the client offers none of the protocols that are served here (ALPN)";
    case SSL_R_UNEXPECTED_MESSAGE:
      return "a message came that does not belong here";
    default:
      return {};
  }
}

}  // namespace

TlsFailure explain_failure(const FailureView& view) {
  unsigned long error = ERR_peek_error();
  int reason = ERR_GET_REASON(error);
  bool by_openssl = ERR_GET_LIB(error) == ERR_LIB_SSL;
  if (view.problem) {
    ERR_clear_error();
    return {Errc::peer_not_trusted, problem_text(*view.problem, view.host)};
  }
  int alert = by_openssl && reason > SSL_AD_REASON_OFFSET ? reason - SSL_AD_REASON_OFFSET : -1;
  std::string text = alert >= 0 ? alert_text(alert, view) : std::string();
  if (alert >= 0 && text.empty()) {
    text = fmt::format("the peer ended it with the alert '{}'", SSL_alert_desc_string_long(alert));
  }
  if (text.empty() && by_openssl) text = reason_text(reason, view);
  if (text.empty()) {
    const char* words = ERR_reason_error_string(error);
    text = by_openssl && is_damage(reason) ? "what the peer sent is damaged or no TLS"
                                           : "it can't go on";
    if (words) text += fmt::format(" ({})", words);
  }
  ERR_clear_error();
  bool missing = by_openssl && reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE;
  return {missing ? Errc::peer_not_trusted : Errc::tls_failed, std::move(text)};
}

// A record of a handshake or an alert, of SSL 3.0 or newer (RFC 8446 5.1).
bool begins_as_tls(Bytes first) {
  auto kind = first.empty() ? 0 : std::to_integer<int>(first[0]);
  if (kind != SSL3_RT_HANDSHAKE && kind != SSL3_RT_ALERT) return false;
  return first.size() < 2 || std::to_integer<int>(first[1]) == SSL3_VERSION_MAJOR;
}

TlsFailure explain_plain_text(Bytes first, bool is_server) {
  std::string_view line = first.text().substr(0, first.text().find_first_of("\r\n"));
  std::string shown = printable(line.empty() ? first.text() : line, first_bytes_shown);
  return {Errc::not_tls, fmt::format("it sent \"{}\": {}", shown,
                                     is_server ? "the client has to use https, wss or tls://"
                                               : "try http, ws or tcp://")};
}

}  // namespace bowline
