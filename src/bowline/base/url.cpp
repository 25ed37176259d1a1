#include "bowline/base/url.h"

#include "bowline/base/bytes.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>

namespace bowline {
namespace {

constexpr char example[] = "write for example tcp://127.0.0.1:8000";
constexpr char unix_example[] = "write for example unix:/run/app.sock or unix:@name";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool is_any_of(std::string_view name, std::initializer_list<std::string_view> names) {
  for (std::string_view one : names) {
    if (name == one) return true;
  }
  return false;
}

bool names_unix(std::string_view scheme) {
  return is_any_of(scheme, {"unix", "unixgram", "ws+unix"});
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// "what went wrong: a form that works", for one URL.
class Complaint {
 public:
  explicit Complaint(std::string_view url) : url_(url) {}

  Error operator()(std::string_view what, std::string_view form = example) const {
    constexpr std::size_t shown_max = 200;
    std::string shown = repr(url_.substr(0, shown_max)).substr(1);
    if (url_.size() > shown_max) shown += "...";
    return make_error(Errc::bad_address, "read the URL " + shown,
                      std::string(what).append(": ").append(form));
  }

 private:
  std::string_view url_;
};

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  char small = static_cast<char>(c | 0x20);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

// "%2F" to "/" (RFC 3986 2.1); no value when a "%" is not followed by two hex digits.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    if (text.size() - at < 3) return std::nullopt;
    int high = hex_value(text[at + 1]);
    int low = hex_value(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return out;
}

// What would end the path or break a line is written "%XX"; all else of a file name stays readable.
std::string percent_encoded(std::string_view path) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : path) {
    auto byte = static_cast<unsigned char>(c);
    if (is_control(c) || c == ' ' || c == '%' || c == '?' || c == '#') {
      ((out += '%') += digits[byte >> 4]) += digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

// Two slashes at the front of a path would be taken for those of the scheme.
std::string unix_path_text(std::string_view path) {
  return (path.starts_with("//") ? "//" : "") + percent_encoded(path);
}

// An IPv6 host in its brackets. A zone that begins like an escaped one is escaped.
std::string ipv6_host_text(std::string_view host) {
  std::size_t percent = host.find('%');
  std::string out = "[" + std::string(host.substr(0, percent));
  if (percent != std::string_view::npos) {
    std::string_view zone = host.substr(percent + 1);
    out.append(zone.size() > 2 && zone.starts_with("25") ? "%25" : "%").append(zone);
  }
  return out += "]";
}

// A host name in the wide sense: what name services may know, UTF-8 included, without what
// separates the parts of a URL.
bool is_host_name(std::string_view text) {
  for (char c : text) {
    bool fits = is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~' ||
                static_cast<unsigned char>(c) >= 0x80;
    if (!fits) return false;
  }
  bool valid;
  return whole_utf8(text, valid) == text.size();
}

// The inside of brackets: an IPv6 address, perhaps with "%zone" or "%25zone" (RFC 6874), where a
// zone is a number or the name of an interface.
std::optional<std::string> read_ipv6_host(std::string_view text) {
  std::size_t percent = text.find('%');
  std::string_view address = text.substr(0, percent);
  if (address.find('[') != std::string_view::npos || !Address::parse_ip(address, 0) ||
      address.find(':') == std::string_view::npos) {
    return std::nullopt;
  }
  if (percent == std::string_view::npos) return std::string(address);
  std::string_view zone = text.substr(percent + 1);
  if (zone.size() > 2 && zone.starts_with("25")) zone.remove_prefix(2);
  if (zone.empty() || !is_host_name(zone)) return std::nullopt;
  return std::string(address).append("%").append(zone);
}

bool read_port(std::string_view text, std::optional<std::uint16_t>& port) {
  if (text.empty()) return true;
  std::uint16_t number = 0;
  const char* end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || at != end) return false;
  port = number;
  return true;
}

// "host:port", "[v6]:port", ":port", "host". Returns what is wrong, or an empty text.
std::string_view read_authority(std::string_view text, Url& url) {
  if (text.find('@') != std::string_view::npos) return "users and passwords have no place in it";
  std::size_t host_size = text.find(':');
  if (text.starts_with('[')) {
    host_size = text.find(']');
    if (host_size == std::string_view::npos) return "the bracket is not closed";
    auto host = read_ipv6_host(text.substr(1, host_size - 1));
    if (!host) return "what is in brackets is not an IPv6 address";
    url.host = *host;
    ++host_size;
  } else {
    url.host = text.substr(0, host_size);
    if (!is_host_name(url.host)) return "no host has such a name";
  }
  if (host_size >= text.size()) return "";
  std::string_view rest = text.substr(host_size);
  if (rest[0] != ':') return "after the brackets only a port can follow";
  if (rest.find(':', 1) != std::string_view::npos) {
    return "an IPv6 address stands in brackets, as in tcp://[::1]:8000";
  }
  if (!read_port(rest.substr(1), url.port)) return "a port is a number from 0 to 65535";
  return "";
}

// `rest` is what follows "unix:".
std::string_view read_unix_path(std::string_view rest, Url& url) {
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    if (!rest.starts_with('/')) return "a Unix path has no host before it";
  }
  auto path = percent_decoded(rest);
  if (!path) return "after % come two hexadecimal digits";
  if (path->empty()) return "the path is missing";
  if (!path->starts_with('@') && path->find('\0') != std::string::npos) {
    return "a path has no zero byte in it";
  }
  url.path = std::move(*path);
  return "";
}

// Takes "scheme:" off the front of `rest`. Without "//" only Unix schemes count as such, for
// "localhost:8000" is a host and a port. False when what stands before "://" is no scheme.
bool take_scheme(std::string_view& rest, Url& url) {
  std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos) return true;
  std::string scheme = lower(rest.substr(0, colon));
  std::string_view after = rest.substr(colon + 1);
  if (!names_unix(scheme)) {
    if (!after.starts_with("//")) return true;
    after.remove_prefix(2);
  }
  if (scheme.empty() || !is_alpha(scheme[0])) return false;
  for (char c : scheme) {
    if (!is_alpha(c) && !is_digit(c) && c != '+' && c != '-' && c != '.') return false;
  }
  url.scheme = std::move(scheme);
  rest = after;
  return true;
}

// The short forms: no scheme was given, so what looks like one of them may be something else.
std::string_view read_bare(std::string_view text, Url& url) {
  bool has_path = text.find('/') != std::string_view::npos;
  bool is_number = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  if (is_number) return "a port alone is written with a colon, as in :8000";
  if (is_any_of(lower(text.substr(0, text.find(':'))), {"tcp", "tls", "udp", "ws", "wss", "any"})) {
    return "two slashes follow the scheme";
  }
  if (has_path) return "a path needs a scheme before it, as in unix:/run/app.sock";
  return read_authority(text, url);
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  Complaint complaint(text);
  if (text.empty()) return complaint("it is empty");
  for (char c : text) {
    if (is_control(c) || c == ' ') return complaint("it has a space or control character");
  }
  if (text.find('#') != std::string_view::npos) {
    return complaint("a # has no meaning here, in a path it is written %23");
  }

  Url url;
  std::string_view rest = text;
  std::size_t question = rest.find('?');
  if (question != std::string_view::npos) {
    url.query = rest.substr(question + 1);
    rest = rest.substr(0, question);
  }
  std::size_t size = rest.size();
  if (!take_scheme(rest, url)) return complaint("no scheme has such a name");

  std::string_view wrong;
  if (url.is_unix()) {
    wrong = read_unix_path(rest, url);
    if (!wrong.empty()) return complaint(wrong, unix_example);
    return url;
  }
  if (rest.size() == size) {
    wrong = read_bare(rest, url);
  } else {
    std::size_t slash = std::min(rest.find('/'), rest.size());
    url.path = rest.substr(slash);
    wrong = read_authority(rest.substr(0, slash), url);
  }
  if (!wrong.empty()) return complaint(wrong);
  return url;
}

Address Url::unix_address() const {
  if (path.starts_with('@')) return Address::unix_abstract(std::string_view(path).substr(1));
  return Address::unix_path(path);
}

std::string Url::text() const {
  std::string out = scheme + ":";
  if (is_unix()) {
    out += unix_path_text(path);
  } else {
    out += "//" + (host.find(':') == std::string::npos ? host : ipv6_host_text(host));
    if (port) (out += ':') += std::to_string(*port);
    out += path;
  }
  if (!query.empty()) (out += '?') += query;
  return out;
}

std::string url_text(std::string_view scheme, const Address& address) {
  std::string out(scheme);
  if (address.is_ip()) return (out += "://") += address.text();
  std::string_view path = address.path();
  if (address.is_abstract()) return (out += ":@") += percent_encoded(path);
  // A file whose name begins like an abstract name is in the current directory.
  out += path.starts_with('@') ? ":./" : ":";
  return out += unix_path_text(path);
}

}  // namespace bowline
