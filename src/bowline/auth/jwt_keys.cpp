#include "bowline/auth/jwt_keys.h"

#include "bowline/auth/secret_file.h"
#include "bowline/base/base64.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace bowline {
namespace {

using Json = nlohmann::json;

constexpr std::string_view what = "keys for JSON Web Tokens";

Error refused(const std::string& path, std::string_view why) {
  return make_error(Errc::bad_certificate, fmt::format("read {} {}", what, path), why);
}

bool is_pem(std::string_view text) {
  return text.find("-----BEGIN ") != std::string_view::npos;
}

std::string text_at(const Json& object, const char* name) {
  auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string bytes_at(const Json& object, const char* name) {
  return base64url_decoded(text_at(object, name)).value_or("");
}

// A JSON Web Key (RFC 7517 4).
Result<VerifyingKey> read_key(const Json& object, const std::string& path) {
  std::string type = text_at(object, "kty");
  std::string curve = text_at(object, "crv");
  if (object.contains("d")) return refused(path, "it holds a private key, which has no place here");
  if (type == "oct") return VerifyingKey::secret(bytes_at(object, "k"));
  if (type == "RSA") return VerifyingKey::rsa(bytes_at(object, "n"), bytes_at(object, "e"));
  if (type == "EC" && curve == "P-256") {
    return VerifyingKey::p256(bytes_at(object, "x"), bytes_at(object, "y"));
  }
  if (type == "OKP" && curve == "Ed25519") return VerifyingKey::ed25519(bytes_at(object, "x"));
  return refused(path, "a JSON Web Key here is RSA, EC P-256, OKP Ed25519 or oct");
}

// Whether a key of a set is one for checking signatures with what is spoken here; others are passed
// over, as RFC 7517 5 wishes.
bool is_of_use(const Json& object) {
  if (!object.is_object()) return false;
  std::string use = text_at(object, "use");
  std::string type = text_at(object, "kty");
  std::string curve = text_at(object, "crv");
  std::string algorithm = text_at(object, "alg");
  constexpr std::string_view known[] = {"", "HS256", "RS256", "ES256", "EdDSA"};
  return (use.empty() || use == "sig") &&
         std::find(std::begin(known), std::end(known), algorithm) != std::end(known) &&
         (type == "oct" || type == "RSA" || (type == "EC" && curve == "P-256") ||
          (type == "OKP" && curve == "Ed25519"));
}

Result<JwtKeys> read_json(std::string_view text, const std::string& path) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return refused(path, "it begins as JSON and is none");
  bool is_set = json.contains("keys");
  if (is_set && !json["keys"].is_array()) return refused(path, "\"keys\" is no list");
  Json list = is_set ? json["keys"] : Json::array({json});
  JwtKeys keys;
  for (const Json& object : list) {
    if (is_set && !is_of_use(object)) continue;
    Result<VerifyingKey> key = read_key(object, path);
    if (!key) return refused(path, key.error().what());
    keys.secret = keys.secret || key->algorithm() == SignatureAlgorithm::hs256;
    keys.keys.push_back({std::move(*key), text_at(object, "kid")});
  }
  if (keys.keys.empty()) return refused(path, "there is no key of use in it");
  return keys;
}

// A key in a form that is not known here must not become a secret: everybody may know it.
bool is_secret(std::string_view text) {
  std::string_view word = text.substr(std::min(text.find_first_not_of(' '), text.size()));
  for (std::string_view other : {"[", "ssh-", "ecdsa-"}) {
    if (word.starts_with(other)) return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

Result<JwtKeys> one_key(Result<VerifyingKey> key) {
  if (!key) return key.error();
  JwtKeys keys;
  keys.secret = key->algorithm() == SignatureAlgorithm::hs256;
  keys.keys.push_back({std::move(*key), {}});
  return keys;
}

}  // namespace

Result<JwtKeys> parse_jwt_keys(std::string_view text, const std::string& path) {
  std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return refused(path, "it is empty");
  if (text[begin] == '{') return read_json(text, path);
  if (is_pem(text)) return one_key(VerifyingKey::from_pem(text, path));
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (!is_secret(text)) {
    return refused(path,
                   "it is neither PEM, nor a JSON object, nor a secret, which is one line of "
                   "printable ASCII; write a binary secret as a JSON Web Key (oct), other keys as "
                   "PEM");
  }
  return one_key(VerifyingKey::secret(text));
}

Result<std::vector<JwtKey>> load_jwt_keys(const std::string& path) {
  Result<std::string> text = read_secret_file(path, what, FileSecrecy::open_to_all);
  if (!text) return text.error();
  Result<JwtKeys> keys = parse_jwt_keys(*text, path);
  if (!keys) return keys.error();
  if (!keys->secret) return std::move(keys->keys);
  Result<std::string> secret = read_secret_file(path, what);
  if (!secret) return secret.error();
  return std::move(keys->keys);
}

}  // namespace bowline
