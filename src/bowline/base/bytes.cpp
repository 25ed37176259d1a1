#include "bowline/base/bytes.h"

#include <cstring>

namespace bowline {
namespace {

bool is_continuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

// The bounds of a character's second byte keep out overlong forms, surrogates and what lies above
// U+10FFFF (RFC 3629 4).
struct Lead {
  std::size_t size = 0;  // of the whole character; 0: no character begins with this byte
  unsigned char second_min = 0x80;
  unsigned char second_max = 0xBF;
};

Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {1};
  if (byte < 0xC2) return {};
  if (byte < 0xE0) return {2};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {};
}

// How many bytes from `at` on are plain ASCII, eight at a time: most text is.
std::size_t ascii_run(const unsigned char* at, std::size_t size) {
  std::size_t count = 0;
  while (size - count >= 8) {
    std::uint64_t word;
    std::memcpy(&word, at + count, 8);
    if (word & 0x8080808080808080u) break;
    count += 8;
  }
  while (count < size && at[count] < 0x80) ++count;
  return count;
}

}  // namespace

std::string repr(Bytes bytes) {
  std::string_view text = bytes.text();
  bool has_single = text.find('\'') != std::string_view::npos;
  bool has_double = text.find('"') != std::string_view::npos;
  char quote = has_single && !has_double ? '"' : '\'';
  constexpr char digits[] = "0123456789abcdef";

  std::string out;
  out.reserve(text.size() + 3);
  out += 'b';
  out += quote;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      (out += '\\') += c;
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte >= 0x7F) {
      ((out += "\\x") += digits[byte >> 4]) += digits[byte & 15];
    } else {
      out += c;
    }
  }
  out += quote;
  return out;
}

std::size_t whole_utf8(std::string_view text, bool& valid) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = text.size();
  std::size_t at = 0;
  valid = true;
  while (true) {
    at += ascii_run(bytes + at, size - at);
    if (at == size) return at;
    Lead lead = lead_of(bytes[at]);
    valid = lead.size != 0;
    for (std::size_t part = 1; part < lead.size && valid; ++part) {
      if (at + part == size) return at;
      unsigned char byte = bytes[at + part];
      valid =
          part == 1 ? byte >= lead.second_min && byte <= lead.second_max : is_continuation(byte);
    }
    if (!valid) return at;
    at += lead.size;
  }
}

}  // namespace bowline
