#include "bowline/base/address.h"

#include "bowline/base/bytes.h"

#include <algorithm>
#include <atomic>
#include <charconv>

namespace bowline {
namespace {

using Ipv6Bytes = Address::Ipv6Bytes;

// All of `text` as a number in `base`, in at most `digits_max` digits.
template <class Number>
bool read_number(std::string_view text, int base, std::size_t digits_max, Number& number) {
  if (text.empty() || text.size() > digits_max) return false;
  const char* end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc() && at == end;
}

// Four decimal numbers without leading zeros, as inet_pton(3) reads them: what some programs take
// for octal must not mean another host here.
bool read_ipv4(std::string_view text, std::uint8_t* out) {
  for (int part = 0; part < 4; ++part) {
    std::size_t size = part < 3 ? text.find('.') : text.size();
    if (size == std::string_view::npos) return false;
    std::string_view digits = text.substr(0, size);
    if (digits.size() > 1 && digits[0] == '0') return false;
    if (!read_number(digits, 10, 3, out[part])) return false;
    text.remove_prefix(part < 3 ? size + 1 : size);
  }
  return true;
}

// Fills `groups` with what is written and returns how many there are, or -1; `gap` is where "::"
// stood (RFC 4291 2.2).
int read_groups(std::string_view text, std::array<std::uint16_t, 8>& groups, int& gap) {
  int count = 0;
  gap = -1;
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    std::string_view part = text.substr(0, text.find(':'));
    std::uint8_t ipv4[4];
    if (part.size() == text.size() && count <= 6 && read_ipv4(part, ipv4)) {
      groups[count++] = static_cast<std::uint16_t>(ipv4[0] << 8 | ipv4[1]);
      groups[count++] = static_cast<std::uint16_t>(ipv4[2] << 8 | ipv4[3]);
      return count;
    }
    if (count == 8 || !read_number(part, 16, 4, groups[count])) return -1;
    ++count;
    text.remove_prefix(part.size());
    if (text.empty()) return count;
    text.remove_prefix(1);
    if (text.empty()) return -1;
    if (text[0] != ':') continue;
    if (gap >= 0) return -1;
    gap = count;
    text.remove_prefix(1);
  }
  return count;
}

bool read_ipv6(std::string_view text, Ipv6Bytes& out) {
  std::array<std::uint16_t, 8> groups{};
  int gap;
  int count = read_groups(text, groups, gap);
  if (count < 0 || (gap < 0 ? count != 8 : count > 7)) return false;
  for (int at = 0; at < count; ++at) {
    int place = gap < 0 || at < gap ? at : at + 8 - count;
    out[place * 2] = static_cast<std::uint8_t>(groups[at] >> 8);
    out[place * 2 + 1] = static_cast<std::uint8_t>(groups[at] & 0xFF);
  }
  return true;
}

std::string ipv4_text(const std::uint8_t* bytes) {
  std::string text;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) text += '.';
    text += std::to_string(bytes[part]);
  }
  return text;
}

struct Run {
  int begin = -1;
  int size = 0;
};

// The longest run of zero groups, the first of several; a single group is none (RFC 5952 4.2).
Run longest_zero_run(const std::array<std::uint16_t, 8>& groups) {
  Run best;
  Run now;
  for (int at = 0; at < 8; ++at) {
    if (groups[at] != 0) {
      now = {};
      continue;
    }
    now = now.size == 0 ? Run{at, 1} : Run{now.begin, now.size + 1};
    if (now.size > best.size) best = now;
  }
  return best.size >= 2 ? best : Run{};
}

std::string ipv6_text(const Ipv6Bytes& bytes) {
  std::array<std::uint16_t, 8> groups;
  for (int at = 0; at < 8; ++at) {
    groups[at] = static_cast<std::uint16_t>(bytes[at * 2] << 8 | bytes[at * 2 + 1]);
  }
  Run run = longest_zero_run(groups);
  bool mapped = run.begin == 0 && run.size == 5 && groups[5] == 0xFFFF;
  bool compatible = run.begin == 0 && run.size == 6;
  std::string text;
  for (int at = 0; at < 8; ++at) {
    if (at == run.begin) {
      text += "::";
      at += run.size - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    if (at == 6 && (mapped || compatible)) return text + ipv4_text(&bytes[12]);
    char digits[4];
    auto end = std::to_chars(digits, digits + sizeof digits, groups[at], 16).ptr;
    text.append(digits, end);
  }
  return text;
}

void append_hex(std::string& out, std::string_view prefix, unsigned byte) {
  constexpr char digits[] = "0123456789abcdef";
  ((out += prefix) += digits[byte >> 4 & 15]) += digits[byte & 15];
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// A name from a peer may hold any byte; in a log line it must not move the cursor.
std::string printable(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (is_control(c)) {
      append_hex(out, "\\x", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

// Python's repr() of a path: bytes that aren't UTF-8 are lone surrogates (PEP 383). Characters
// above U+00AD are taken for printable.
std::string python_text(std::string_view text) {
  bool has_single = text.find('\'') != std::string_view::npos;
  bool has_double = text.find('"') != std::string_view::npos;
  char quote = has_single && !has_double ? '"' : '\'';
  std::string out(1, quote);
  while (!text.empty()) {
    auto byte = static_cast<unsigned char>(text[0]);
    std::size_t size = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    bool valid;
    bool whole = whole_utf8(text.substr(0, size), valid) == size;
    auto second = whole && size == 2 ? static_cast<unsigned char>(text[1]) : 0u;
    if (!whole) {
      append_hex(out, "\\udc", byte);
      size = 1;
    } else if (byte == 0xC2 && (second <= 0xA0 || second == 0xAD)) {
      append_hex(out, "\\x", second);
    } else if (text[0] == quote || text[0] == '\\') {
      (out += '\\') += text[0];
    } else if (byte == '\t' || byte == '\n' || byte == '\r') {
      (out += '\\') += byte == '\t' ? 't' : byte == '\n' ? 'n' : 'r';
    } else if (is_control(text[0])) {
      append_hex(out, "\\x", byte);
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return out + quote;
}

}  // namespace

struct Address::Path {
  std::atomic<std::uint32_t> owners;
  const std::string text;
};

Address& Address::operator=(const Address& other) noexcept {
  if (this == &other) return *this;
  let_go();
  share(other);
  return *this;
}

void Address::share(const Address& other) noexcept {
  family_ = other.family_;
  abstract_ = other.abstract_;
  port_ = other.port_;
  scope_ = other.scope_;
  if (family_ != Family::local) {
    ip_ = other.ip_;
    return;
  }
  path_ = other.path_;
  if (path_) path_->owners.fetch_add(1, std::memory_order_relaxed);
}

void Address::let_path_go() noexcept {
  if (path_ && path_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete path_;
}

std::string_view Address::path() const {
  bool named = family_ == Family::local && path_;
  return named ? std::string_view(path_->text) : std::string_view();
}

Address Address::ipv4(std::uint32_t host_order, std::uint16_t port) {
  Address address;
  address.family_ = Family::ipv4;
  address.port_ = port;
  for (int part = 0; part < 4; ++part) {
    address.ip_[part] = static_cast<std::uint8_t>(host_order >> (24 - 8 * part));
  }
  return address;
}

Address Address::ipv6(const Ipv6Bytes& bytes, std::uint16_t port, std::uint32_t scope) {
  Address address;
  address.family_ = Family::ipv6;
  address.port_ = port;
  address.scope_ = scope;
  address.ip_ = bytes;
  return address;
}

Address Address::unix_path(std::string_view path) {
  Address address = unix_unnamed();
  if (!path.empty()) address.path_ = new Path{1, std::string(path)};
  return address;
}

Address Address::unix_abstract(std::string_view name) {
  Address address = unix_unnamed();
  address.abstract_ = true;
  address.path_ = new Path{1, std::string(name)};
  return address;
}

Address Address::unix_unnamed() {
  Address address;
  address.family_ = Family::local;
  address.path_ = nullptr;
  return address;
}

std::optional<Address> Address::parse_ip(std::string_view text, std::uint16_t port) {
  bool bracketed = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  if (bracketed) text = text.substr(1, text.size() - 2);
  Ipv6Bytes bytes{};
  if (!bracketed && read_ipv4(text, bytes.data())) {
    Address address = ipv4(0, port);
    address.ip_ = bytes;
    return address;
  }
  std::uint32_t scope = 0;
  std::size_t percent = text.find('%');
  if (percent != std::string_view::npos) {
    if (!read_number(text.substr(percent + 1), 10, 10, scope)) return std::nullopt;
    text = text.substr(0, percent);
  }
  bytes = {};
  if (!read_ipv6(text, bytes)) return std::nullopt;
  return ipv6(bytes, port, scope);
}

Address Address::with_port(std::uint16_t port) const {
  Address address = *this;
  address.port_ = port;
  return address;
}

std::uint32_t Address::ipv4_value() const {
  return std::uint32_t{ip_[0]} << 24 | std::uint32_t{ip_[1]} << 16 | std::uint32_t{ip_[2]} << 8 |
         std::uint32_t{ip_[3]};
}

bool Address::is_loopback() const {
  if (family_ == Family::ipv4) return ip_[0] == 127;
  if (family_ != Family::ipv6) return false;
  constexpr Ipv6Bytes loopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  constexpr Ipv6Bytes mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127};
  return ip_ == loopback || std::equal(ip_.begin(), ip_.begin() + 13, mapped.begin());
}

bool Address::is_unspecified() const {
  return is_ip() && ip_ == Ipv6Bytes{};
}

std::string Address::host() const {
  switch (family_) {
    case Family::none:
      return "";
    case Family::ipv4:
      return ipv4_text(ip_.data());
    case Family::ipv6:
      return ipv6_text(ip_) + (scope_ ? "%" + std::to_string(scope_) : "");
    case Family::local:
      break;
  }
  return (abstract_ ? "@" : "") + printable(path());
}

std::string Address::text() const {
  if (family_ == Family::none) return "(none)";
  if (family_ == Family::local) return path_ ? host() : "(unnamed)";
  std::string host_text = family_ == Family::ipv6 ? "[" + host() + "]" : host();
  return host_text + ":" + std::to_string(port_);
}

std::string Address::tuple() const {
  std::string port_text = std::to_string(port_);
  switch (family_) {
    case Family::none:
      return "None";
    case Family::ipv4:
      return "('" + ipv4_text(ip_.data()) + "', " + port_text + ")";
    case Family::ipv6:
      return "('" + ipv6_text(ip_) + "', " + port_text + ", 0, " + std::to_string(scope_) + ")";
    case Family::local:
      break;
  }
  if (!abstract_) return python_text(path());
  std::string name(1, '\0');
  return repr(name += path());
}

bool operator==(const Address& left, const Address& right) {
  return left.family_ == right.family_ && left.abstract_ == right.abstract_ &&
         left.port_ == right.port_ && left.scope_ == right.scope_ &&
         (left.family_ == Family::local ? left.path() == right.path() : left.ip_ == right.ip_);
}

}  // namespace bowline
