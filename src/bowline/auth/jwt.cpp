#include "bowline/auth/jwt.h"

#include "bowline/base/base64.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace bowline {
namespace {

using Json = nlohmann::json;

// The three parts of a token in its compact form (RFC 7515 3.1), and what was signed.
struct Parts {
  Json header;
  Json claims;
  std::string claims_text;
  std::string signature;
  std::string_view signed_text;
};

std::optional<Json> read_object(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return json;
}

std::optional<Parts> split(std::string_view token) {
  std::size_t first = token.find('.');
  std::size_t last = token.rfind('.');
  if (first == last || token.find('.', first + 1) != last) return std::nullopt;
  std::optional<std::string> header = base64url_decoded(token.substr(0, first));
  std::optional<std::string> claims = base64url_decoded(token.substr(first + 1, last - first - 1));
  std::optional<std::string> signature = base64url_decoded(token.substr(last + 1));
  if (!header || !claims || !signature) return std::nullopt;
  std::optional<Json> header_object = read_object(*header);
  std::optional<Json> claims_object = read_object(*claims);
  if (!header_object || !claims_object) return std::nullopt;
  return Parts{std::move(*header_object), std::move(*claims_object), std::move(*claims),
               std::move(*signature), token.substr(0, last)};
}

// A text of an object; empty when it is none or not there.
std::string text_at(const Json& object, const char* name) {
  auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Seconds since 1970 (RFC 7519 2).
std::optional<double> date_at(const Json& object, const char* name) {
  auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

bool is_for(const Json& claims, const std::string& audience) {
  auto named = claims.find("aud");
  if (named == claims.end()) return audience.empty();
  if (audience.empty()) return false;
  if (named->is_string()) return *named == audience;
  if (!named->is_array()) return false;
  return std::any_of(named->begin(), named->end(),
                     [&](const Json& one) { return one == audience; });
}

// Why the claims of a token do not hold; empty when they do.
std::string problem(const Json& claims, const JwtTerms& terms, WallTime now) {
  auto today = double(now.time_since_epoch().count());
  auto skew = double(terms.clock_skew.count());
  std::optional<double> expiry = date_at(claims, "exp");
  if (!expiry) return "the token has no expiry (exp)";
  if (today >= *expiry + skew) {
    return fmt::format("the token has expired {:.0f} s ago", today - *expiry);
  }
  if (claims.contains("nbf")) {
    std::optional<double> begin = date_at(claims, "nbf");
    if (!begin || today + skew < *begin) return "the token is not valid yet (nbf)";
  }
  if (!is_for(claims, terms.audience)) return "the token is for another audience (aud)";
  if (!is_identity_name(text_at(claims, "sub"))) {
    return "the token does not say for whom it is (sub), or not in a printable name";
  }
  return {};
}

// Why no key is to be tried at all; empty when one may be.
std::string header_problem(const Json& header) {
  // What must be understood is not: there is no such extension here (RFC 7515 4.1.11).
  if (header.contains("crit")) return "the token has an extension that is unknown here (crit)";
  if (text_at(header, "alg").empty()) return "the token does not say how it is signed (alg)";
  return {};
}

}  // namespace

// The signature comes first: what is not signed says nothing.
Verdict JwtCheck::judge(const Evidence& evidence, WallTime now) const {
  if (!evidence.says(scheme())) return {};
  std::optional<Parts> parts = split(evidence.credential->token);
  if (!parts) return {};
  std::string why = header_problem(parts->header);
  if (!why.empty()) return Verdict::refuse(std::move(why));
  std::string algorithm = text_at(parts->header, "alg");
  std::string id = text_at(parts->header, "kid");
  bool tried = false;
  bool verified = false;
  for (const JwtKey& one : keys_) {
    if (algorithm_name(one.key.algorithm()) != algorithm) continue;
    if (!id.empty() && !one.id.empty() && id != one.id) continue;
    tried = true;
    verified = one.key.verifies(parts->signed_text, parts->signature);
    if (verified) break;
  }
  if (!tried) return Verdict::refuse("there is no key for the token's algorithm and key id");
  if (!verified) return Verdict::refuse("the token's signature is wrong");
  why = problem(parts->claims, terms_, now);
  if (!why.empty()) return Verdict::refuse(std::move(why));
  std::string name = text_at(parts->claims, "sub");
  return Verdict::accept({std::move(name), "jwt", std::move(parts->claims_text)});
}

}  // namespace bowline
