#include "cli/handshake_text.h"

#include "bowline/tls/secure.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>

namespace bowline::cli {

std::string expiry_text(WallTime valid_until, WallTime now) {
  auto days = std::chrono::duration_cast<std::chrono::days>(valid_until - now).count();
  std::string text = wall_time_text(valid_until);
  if (valid_until <= now) {
    return fmt::format("{} (expired {} day{} ago)", text, -days, days == -1 ? "" : "s");
  }
  return fmt::format("{} ({} day{} left)", text, days, days == 1 ? "" : "s");
}

std::string handshake_text(Stream& stream) {
  std::optional<TlsFacts> facts = tls_facts(stream);
  if (!facts) return "no TLS\n";
  std::string text = fmt::format("{}, {}{}\n", facts->version, facts->cipher,
                                 facts->resumed ? ", a session taken up again" : "");
  if (!facts->alpn.empty()) text += fmt::format("protocol: {}\n", printable(facts->alpn));
  if (!facts->peer) return text;
  auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const CertificateIdentity& peer = *facts->peer;
  text += fmt::format("certificate: {}{}\n", peer.subject.empty() ? "no subject" : peer.subject,
                      facts->verified ? "" : " (not verified)");
  text += fmt::format("  for:       {}\n", fmt::join(peer.names, ", "));
  text += fmt::format("  issuer:    {}\n", peer.issuer);
  text += fmt::format("  until:     {}\n", expiry_text(peer.valid_until, now));
  text += fmt::format("  SHA-256:   {}\n", peer.fingerprint);
  return text;
}

}  // namespace bowline::cli
