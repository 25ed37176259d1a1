#include "cli/visible_text.h"

namespace bowline::cli {
namespace {

constexpr char digits[] = "0123456789abcdef";

void append_escape(std::string& out, char c) {
  auto byte = static_cast<unsigned char>(c);
  ((out += "\\x") += digits[byte >> 4]) += digits[byte & 15];
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// U+0080 to U+009F are controls as well: "\xC2\x80" to "\xC2\x9F" in UTF-8.
bool is_high_control(std::string_view text) {
  return text.size() > 1 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0;
}

// `text` is whole UTF-8.
void append_visible(std::string& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '\r' && at + 1 < text.size() && text[at + 1] == '\n') continue;
    if (is_high_control(text.substr(at))) {
      append_escape(out, c);
      append_escape(out, text[++at]);
    } else if (is_control(c) && c != '\n' && c != '\t') {
      append_escape(out, c);
    } else {
      out += c;
    }
  }
}

}  // namespace

std::string VisibleText::take(Bytes piece) {
  std::string text = std::move(waiting_) + std::string(piece.text());
  waiting_.clear();
  std::string out;
  std::string_view rest = text;
  while (!rest.empty()) {
    bool valid = true;
    std::size_t size = whole_utf8(rest, valid);
    bool cut_line_end = valid && size == rest.size() && rest.ends_with('\r');
    append_visible(out, rest.substr(0, size - cut_line_end));
    rest.remove_prefix(size - cut_line_end);
    if (valid) break;
    append_escape(out, rest[0]);
    rest.remove_prefix(1);
  }
  waiting_ = rest;
  return out;
}

std::string VisibleText::settle() {
  std::string out;
  for (char c : waiting_) append_escape(out, c);
  waiting_.clear();
  return out;
}

}  // namespace bowline::cli
