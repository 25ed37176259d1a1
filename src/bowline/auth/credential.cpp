#include "bowline/auth/credential.h"

#include "bowline/base/base64.h"
#include "bowline/base/bytes.h"
#include "bowline/base/text.h"

#include <algorithm>

namespace bowline {
namespace {

constexpr std::size_t name_size_max = 200;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
}

// Everything behind the first word, which has to be `scheme`, and the blanks after it (RFC 9110
// 11.4).
std::optional<std::string_view> behind(std::string_view text, std::string_view scheme) {
  std::size_t size = text.find(' ');
  if (size == std::string_view::npos) return std::nullopt;
  if (!equals_ignoring_case(text.substr(0, size), scheme)) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of(' ', size), text.size()));
  return text;
}

}  // namespace

std::optional<Credential> Credential::parse(std::string_view text) {
  if (text.size() > credential_size_max) return std::nullopt;
  if (std::optional<std::string_view> token = behind(text, "Bearer")) {
    if (!is_bearer_token(*token)) return std::nullopt;
    return bearer(std::string(*token));
  }
  std::optional<std::string_view> encoded = behind(text, "Basic");
  if (!encoded) return std::nullopt;
  std::optional<std::string> pair = base64_decoded(*encoded);
  if (!pair || std::any_of(pair->begin(), pair->end(), is_control)) return std::nullopt;
  std::size_t colon = pair->find(':');
  if (colon == std::string::npos || !is_user_name(pair->substr(0, colon))) return std::nullopt;
  return basic(pair->substr(0, colon), pair->substr(colon + 1));
}

std::string Credential::text() const {
  if (is_bearer()) return "Bearer " + token;
  return "Basic " + base64(user + ":" + password);
}

bool is_bearer_token(std::string_view text) {
  std::string_view body = text.substr(0, text.find('='));
  bool padded = text.find_first_not_of('=', body.size()) == std::string_view::npos;
  constexpr std::string_view marks = "-._~+/";
  return padded && !body.empty() && std::all_of(body.begin(), body.end(), [marks](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  marks.find(c) != std::string_view::npos;
         });
}

bool is_identity_name(std::string_view text) {
  if (text.empty() || text.size() > name_size_max) return false;
  bool valid = true;
  return whole_utf8(text, valid) == text.size() && valid &&
         std::none_of(text.begin(), text.end(), is_control);
}

bool is_user_name(std::string_view text) {
  return is_identity_name(text) && !text.starts_with('#') &&
         text.find_first_of(" :") == std::string_view::npos;
}

}  // namespace bowline
