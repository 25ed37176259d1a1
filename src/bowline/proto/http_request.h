// What the head of an HTTP/1.1 request asks for (RFC 9112 3, 9110 7), and whether it may.
#pragma once

#include "bowline/proto/http_body.h"
#include "bowline/proto/http_head.h"

#include <string_view>

namespace bowline {

// Views into the head's bytes.
struct HttpRequest {
  std::string_view method;
  std::string_view target;  // as it was sent: "/path?query", "http://host/path", "*"
  std::string_view path;    // still with %XX; "*" for the server as a whole
  std::string_view query;   // without the "?"
  std::string_view host;    // with its port; empty when HTTP/1.0 named none
  int minor_version = 1;
  bool keep_alive = true;         // what the client can and wants
  bool expects_continue = false;  // it waits for "100 Continue" before it sends the body
  HttpFraming framing;
  const HttpFields* fields = nullptr;
};

// The start line alone: method, form of the target, version.
HttpFailure check_request_line(std::string_view line);
// `request` views `line` and refers to `fields`.
HttpFailure read_request(std::string_view line, const HttpFields& fields, HttpRequest& request);

// Whether `text` is a host with perhaps a port: what a Host field may say.
bool is_http_host(std::string_view text);
// The methods a request may have here; others are answered with 501.
bool is_known_method(std::string_view method);

}  // namespace bowline
