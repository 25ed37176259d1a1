#include "cli/handshake_text.h"

#include "bowline/base/text.h"
#include "bowline/tls/secure.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

namespace bowline::cli {
namespace {

constexpr std::size_t line_shown_max = 1000;
constexpr std::string_view secret_fields[] = {"Authorization", "Proxy-Authorization", "Cookie",
                                              "Set-Cookie"};

bool is_secret(std::string_view line) {
  std::string_view name = line.substr(0, line.find(':'));
  return name.size() < line.size() &&
         std::any_of(std::begin(secret_fields), std::end(secret_fields),
                     [name](std::string_view one) { return equals_ignoring_case(name, one); });
}

std::string head_text(std::string_view mark, std::string_view head) {
  std::string text;
  while (!head.empty() && !head.starts_with("\r\n")) {
    std::size_t end = std::min(head.find("\r\n"), head.size());
    std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    std::string shown = printable(line, line_shown_max);
    if (is_secret(line)) shown = fmt::format("{}: (hidden)", line.substr(0, line.find(':')));
    text += fmt::format("{} {}\n", mark, shown);
  }
  return text;
}

}  // namespace

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

std::string heads_text(std::string_view request, std::string_view answer) {
  return head_text(">", request) + head_text("<", answer);
}

}  // namespace bowline::cli
