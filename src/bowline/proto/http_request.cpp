#include "bowline/proto/http_request.h"

#include "bowline/base/text.h"

#include <algorithm>

namespace bowline {
namespace {

// CONNECT is not among them: this is no proxy.
constexpr std::string_view methods[] = {"GET",    "HEAD",    "POST",  "PUT",
                                        "DELETE", "OPTIONS", "TRACE", "PATCH"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_host_char(char c) {
  bool alphanumeric = is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return alphanumeric ||
         (c != '\0' && std::string_view("-._~%!$&'()*+;=").find(c) != std::string_view::npos);
}

bool is_ipv6_char(char c) {
  char small = static_cast<char>(c | 0x20);
  return is_digit(c) || (small >= 'a' && small <= 'f') || c == ':' || c == '.';
}

bool starts_with_scheme(std::string_view target, std::string_view scheme) {
  return equals_ignoring_case(target.substr(0, scheme.size()), scheme);
}

// "http://host/path?query": the host is the target's, whatever the Host field says (RFC
// 9112 3.2.2).
HttpFailure read_absolute_target(HttpRequest& request) {
  std::size_t begin = request.target.find("://") + 3;
  std::size_t end = std::min(request.target.find_first_of("/?", begin), request.target.size());
  request.host = request.target.substr(begin, end - begin);
  request.path = request.target.substr(end);
  if (request.host.empty() || request.host.starts_with(':') || !is_http_host(request.host)) {
    return {400, "the target's host can't be read"};
  }
  return {};
}

HttpFailure read_target(HttpRequest& request) {
  if (!is_http_visible(request.target) || request.target.find('#') != std::string_view::npos) {
    return {400, "the target has a character that may not be in it"};
  }
  request.path = request.target;
  if (request.target == "*") {
    if (request.method == "OPTIONS") return {};
    return {400, "only OPTIONS asks about the whole server"};
  }
  if (!request.target.starts_with('/')) {
    if (!starts_with_scheme(request.target, "http://") &&
        !starts_with_scheme(request.target, "https://")) {
      return {400, "the target is neither a path nor a URL of http or https"};
    }
    if (HttpFailure failure = read_absolute_target(request)) return failure;
  }
  std::size_t question = request.path.find('?');
  if (question != std::string_view::npos) request.query = request.path.substr(question + 1);
  request.path = request.path.substr(0, question);
  if (request.path.empty()) request.path = "/";
  return {};
}

// "HTTP/1.1". Minor versions above 1 are read as 1 (RFC 9110 2.5).
HttpFailure read_version(std::string_view version, int& minor_version) {
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    return {400, "the first line does not end with a version of HTTP"};
  }
  if (version[5] != '1') return {505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
  minor_version = version[7] == '0' ? 0 : 1;
  return {};
}

HttpFailure read_request_line(std::string_view line, HttpRequest& request) {
  std::size_t first = line.find(' ');
  std::size_t last = line.rfind(' ');
  if (first == last || line.find(' ', first + 1) != last) {
    return {400, "the first line is not a method, a target and a version"};
  }
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  if (!is_http_token(request.method)) return {400, "the method can't be read"};
  // First, for the other rules are those of this version.
  if (HttpFailure failure = read_version(line.substr(last + 1), request.minor_version)) {
    return failure;
  }
  if (!is_known_method(request.method)) return {501, "there is no such method here"};
  return read_target(request);
}

HttpFailure read_host(HttpRequest& request) {
  std::size_t count = request.fields->count("host");
  if (count == 0) {
    return request.minor_version == 0 ? HttpFailure{} : HttpFailure{400, "Host is missing"};
  }
  if (count > 1) return {400, "Host stands there more than once"};
  std::string_view host = *request.fields->find("host");
  if (!is_http_host(host)) return {400, "Host can't be read"};
  if (request.host.empty()) request.host = host;
  return {};
}

// RFC 9112 9.3; "close" outweighs all.
bool wants_keep_alive(const HttpRequest& request) {
  if (request.fields->lists("connection", "close")) return false;
  return request.minor_version > 0 || request.fields->lists("connection", "keep-alive");
}

HttpFailure read_expectation(HttpRequest& request) {
  // RFC 9110 10.1.1: in HTTP/1.0 there is none.
  if (request.minor_version == 0 || request.fields->count("expect") == 0) return {};
  std::string expectations = request.fields->joined("expect");
  if (!equals_ignoring_case(expectations, "100-continue")) {
    return {417, "no expectation but 100-continue can be met"};
  }
  request.expects_continue =
      request.framing.kind == HttpFraming::Kind::chunked || request.framing.length > 0;
  return {};
}

}  // namespace

HttpFailure check_request_line(std::string_view line) {
  HttpRequest request;
  return read_request_line(line, request);
}

HttpFailure read_request(std::string_view line, const HttpFields& fields, HttpRequest& request) {
  request = {};
  request.fields = &fields;
  if (HttpFailure failure = read_request_line(line, request)) return failure;
  if (HttpFailure failure = read_host(request)) return failure;
  if (HttpFailure failure = read_framing(fields, request.minor_version, false, request.framing)) {
    return failure;
  }
  request.keep_alive = wants_keep_alive(request);
  return read_expectation(request);
}

bool is_http_host(std::string_view text) {
  std::size_t end = std::min(text.find(':'), text.size());
  if (text.starts_with('[')) {
    end = text.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    std::string_view inside = text.substr(1, end - 1);
    if (!std::all_of(inside.begin(), inside.end(), is_ipv6_char)) return false;
    ++end;
  } else if (!std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end),
                          is_host_char)) {
    return false;
  }
  std::string_view rest = text.substr(end);
  if (rest.empty()) return true;
  rest.remove_prefix(1);
  return text[end] == ':' && rest.size() <= 5 && std::all_of(rest.begin(), rest.end(), is_digit);
}

bool is_known_method(std::string_view method) {
  return std::find(std::begin(methods), std::end(methods), method) != std::end(methods);
}

}  // namespace bowline
