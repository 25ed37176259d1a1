#include "bowline/base/base64.h"

namespace bowline {
namespace {

constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encoded(Bytes bytes, std::string_view alphabet, std::string_view padding) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    Bytes group = bytes.after(at).first(3);
    std::uint32_t bits = 0;
    for (std::size_t index = 0; index < 3; ++index) {
      bits = bits << 8 | (index < group.size() ? std::to_integer<std::uint32_t>(group[index]) : 0);
    }
    for (std::size_t index = 0; index < 4; ++index) {
      if (index <= group.size()) {
        out += alphabet[bits >> (18 - 6 * index) & 63];
      } else {
        out += padding;
      }
    }
  }
  return out;
}

std::optional<std::string> decoded(std::string_view text, std::string_view alphabet,
                                   std::string_view padding) {
  std::string out;
  std::string_view digits = text.substr(0, text.find('='));
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : digits) {
    std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 255);
  }
  // One text for each value: what comes back the same was well formed.
  if (encoded(out, alphabet, padding) != text) return std::nullopt;
  return out;
}

}  // namespace

std::string base64(Bytes bytes) {
  return encoded(bytes, standard_alphabet, "=");
}

std::optional<std::string> base64_decoded(std::string_view text) {
  return decoded(text, standard_alphabet, "=");
}

std::string base64url(Bytes bytes) {
  return encoded(bytes, url_alphabet, "");
}

std::optional<std::string> base64url_decoded(std::string_view text) {
  return decoded(text, url_alphabet, "");
}

}  // namespace bowline
