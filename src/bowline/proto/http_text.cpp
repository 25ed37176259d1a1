#include "bowline/proto/http_text.h"

#include "bowline/base/check.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace bowline {
namespace {

// Which bytes are of a kind: these are asked about each byte of a head.
using ByteSet = std::array<bool, 256>;

constexpr ByteSet token_bytes = [] {
  ByteSet set = {};
  for (char c = '0'; c <= '9'; ++c) set[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) set[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) set[static_cast<unsigned char>(c)] = true;
  for (char c : std::string_view("!#$%&'*+-.^_`|~")) set[static_cast<unsigned char>(c)] = true;
  return set;
}();

constexpr ByteSet value_bytes = [] {
  ByteSet set = {};
  for (std::size_t byte = 0; byte < set.size(); ++byte) {
    set[byte] = byte == '\t' || (byte >= 0x20 && byte != 0x7F);
  }
  return set;
}();

bool all_in(const ByteSet& set, std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return set[static_cast<unsigned char>(c)]; });
}

// Where `separator` first stands outside of a quoted string, or the end.
std::size_t separator_index(std::string_view text, char separator) {
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (quoted && text[at] == '\\') ++at;
    if (!quoted && text[at] == separator) return at;
  }
  return text.size();
}

struct Reason {
  int status;
  std::string_view phrase;
};

constexpr Reason reasons[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

}  // namespace

bool is_http_token(std::string_view text) {
  return !text.empty() && all_in(token_bytes, text);
}

bool is_http_value(std::string_view text) {
  return all_in(value_bytes, text);
}

bool is_http_visible(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

std::string_view trimmed(std::string_view text) {
  std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return text.substr(0, 0);
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool split_first(std::string_view& rest, char separator, std::string_view& part) {
  std::size_t end = separator_index(rest, separator);
  bool separated = end < rest.size();
  part = trimmed(rest.substr(0, end));
  rest.remove_prefix(separated ? end + 1 : end);
  return separated;
}

bool next_element(std::string_view& list, std::string_view& element) {
  while (!list.empty()) {
    split_first(list, ',', element);
    if (!element.empty()) return true;
  }
  return false;
}

std::optional<std::string> unquoted(std::string_view text) {
  if (is_http_token(text)) return std::string(text);
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return std::nullopt;
  std::string_view inside = text.substr(1, text.size() - 2);
  if (!is_http_value(inside)) return std::nullopt;
  std::string out;
  for (std::size_t at = 0; at < inside.size(); ++at) {
    if (inside[at] == '"') return std::nullopt;
    if (inside[at] == '\\' && ++at == inside.size()) return std::nullopt;
    out += inside[at];
  }
  return out;
}

std::optional<std::uint64_t> read_decimal(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || at != end) return std::nullopt;
  return number;
}

std::string_view http_reason(int status) {
  for (const Reason& reason : reasons) {
    if (reason.status == status) return reason.phrase;
  }
  return "Unknown";
}

void append_status_line(std::string& out, int status) {
  BOWLINE_CHECK(status >= 100 && status <= 599);
  out.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
  out.append(http_reason(status)).append("\r\n");
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  BOWLINE_CHECK(is_http_token(name));
  out.append(name).append(": ");
  for (char c : value) out += value_bytes[static_cast<unsigned char>(c)] ? c : ' ';
  out += "\r\n";
}

void append_fields(std::string& out, const HttpFieldList& fields) {
  for (const HttpField& field : fields) append_field(out, field.name, field.value);
}

}  // namespace bowline
