#include "bowline/proto/websocket_handshake.h"

#include "bowline/base/base64.h"
#include "bowline/base/sha1.h"
#include "bowline/base/text.h"
#include "bowline/proto/http_time.h"

#include <algorithm>

namespace bowline {
namespace {

WebSocketAnswer refused(int status, std::string_view why, HttpFieldList fields = {}) {
  return {status, std::move(fields), std::string(why)};
}

// RFC 9110 15.5.22: "upgrade required" says to what.
WebSocketAnswer upgrade_required(std::string_view why) {
  return refused(
      426, why,
      {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}});
}

// The value of a field that stands there once; none when it is missing or repeated.
std::optional<std::string_view> only(const HttpFields& fields, std::string_view name) {
  return fields.count(name) == 1 ? fields.find(name) : std::nullopt;
}

struct HostAndPort {
  std::string_view host;
  std::string_view port;
};

HostAndPort split_host(std::string_view text, std::string_view default_port) {
  std::size_t colon = text.rfind(':');
  bool has_port =
      colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos;
  std::string_view port = has_port ? text.substr(colon + 1) : std::string_view();
  return {text.substr(0, has_port ? colon : text.size()), port.empty() ? default_port : port};
}

// Whether a page of `origin` came from the host that `host` names. The scheme may differ: in front
// of a server there may be another that ends TLS.
bool is_same_host(std::string_view origin, std::string_view host) {
  std::size_t end = origin.find("://");
  if (end == std::string_view::npos || host.empty()) return false;
  std::string_view default_port =
      equals_ignoring_case(origin.substr(0, end), "https") ? "443" : "80";
  HostAndPort from = split_host(origin.substr(end + 3), default_port);
  HostAndPort here = split_host(host, default_port);
  return equals_ignoring_case(from.host, here.host) && from.port == here.port;
}

bool is_origin_allowed(const HttpRequest& request, const std::vector<std::string>& origins) {
  std::size_t count = request.fields->count("origin");
  if (count == 0) return true;
  std::string_view origin = *request.fields->find("origin");
  for (const std::string& allowed : origins) {
    if (allowed == "*" || (count == 1 && equals_ignoring_case(allowed, origin))) return true;
  }
  return count == 1 && is_same_host(origin, request.host);
}

std::string choose_subprotocol(const HttpFields& fields, const std::vector<std::string>& known) {
  for (const std::string& name : known) {
    std::string asked = fields.joined("sec-websocket-protocol");
    std::string_view rest = asked;
    std::string_view element;
    while (next_element(rest, element)) {
      if (element == name) return name;
    }
  }
  return {};
}

bool is_list_of_tokens(std::string_view list) {
  std::string_view element;
  while (next_element(list, element)) {
    if (!is_http_token(element)) return false;
  }
  return true;
}

// The first acceptable offer.
void choose_deflate(const std::vector<WebSocketExtension>& offers, const DeflateParameters& wanted,
                    WebSocketAnswer& answer) {
  std::string text;
  for (const WebSocketExtension& offer : offers) {
    answer.deflate = accept_deflate_offer(offer, wanted, text);
    if (!answer.deflate) continue;
    answer.fields.push_back({"Sec-WebSocket-Extensions", text});
    return;
  }
}

// What can be wrong with a request that does ask for WebSocket (RFC 6455 4.2.1).
std::optional<WebSocketAnswer> refusal(const HttpRequest& request) {
  const HttpFields& fields = *request.fields;
  if (request.method != "GET") return refused(405, "WebSocket begins with GET", {{"Allow", "GET"}});
  if (request.minor_version == 0) return refused(400, "WebSocket needs HTTP/1.1");
  if (!fields.lists("connection", "upgrade"))
    return refused(400, "Connection does not say Upgrade");
  if (request.framing.kind != HttpFraming::Kind::none &&
      (request.framing.kind != HttpFraming::Kind::length || request.framing.length > 0)) {
    return refused(400, "a WebSocket request has no body");
  }
  if (only(fields, "sec-websocket-version") != "13") {
    return upgrade_required("only version 13 of WebSocket is spoken here");
  }
  std::string_view key = only(fields, "sec-websocket-key").value_or("");
  std::optional<std::string> bytes = base64_decoded(key);
  if (!bytes || bytes->size() != sizeof(WebSocketKey)) {
    return refused(400, "Sec-WebSocket-Key is not 16 bytes in base64");
  }
  if (!is_list_of_tokens(fields.joined("sec-websocket-protocol"))) {
    return refused(400, "Sec-WebSocket-Protocol can't be read");
  }
  return std::nullopt;
}

// A URL's path may hold what a request's target may not.
void append_target(std::string& out, std::string_view target) {
  constexpr char digits[] = "0123456789ABCDEF";
  if (!target.starts_with('/')) out += '/';
  for (char c : target) {
    auto byte = static_cast<unsigned char>(c);
    if (c != '#' && is_http_visible({&c, 1})) {
      out += c;
    } else {
      ((out += '%') += digits[byte >> 4]) += digits[byte & 15];
    }
  }
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

// Why a server did not switch protocols.
std::string explain_status(const HttpResponse& response) {
  constexpr std::size_t shown_max = 200;
  std::string_view reason =
      response.reason.empty() ? http_reason(response.status) : response.reason;
  std::string out = "the server answered " + std::to_string(response.status) + " ";
  out += reason.substr(0, shown_max);
  std::string_view location = response.fields->find("location").value_or("");
  std::string_view version = response.fields->find("sec-websocket-version").value_or("");
  if (response.status >= 300 && response.status < 400 && !location.empty()) {
    return out.append(": it redirects to ").append(location.substr(0, shown_max));
  }
  if (response.status >= 200 && response.status < 300) {
    return out.append(": it speaks plain HTTP here, not WebSocket");
  }
  if (response.status == 401) return out.append(": it asks for credentials, or for others");
  if (response.status == 426 && !version.empty() && version != "13") {
    return out.append(": it speaks WebSocket of version ").append(version.substr(0, shown_max));
  }
  return out;
}

std::string check_subprotocol(const HttpFields& fields, const WebSocketRequest& request,
                              std::string& chosen) {
  std::size_t count = fields.count("sec-websocket-protocol");
  if (count == 0) return {};
  chosen = *fields.find("sec-websocket-protocol");
  const auto& asked = request.subprotocols;
  if (count == 1 && std::find(asked.begin(), asked.end(), chosen) != asked.end()) return {};
  return "the server chose a subprotocol that was not asked for";
}

std::string check_extensions(const HttpFields& fields, const WebSocketRequest& request,
                             std::optional<DeflateParameters>& deflate) {
  auto extensions = parse_extensions(fields.joined("sec-websocket-extensions"));
  if (!extensions) return "the server's Sec-WebSocket-Extensions can't be read";
  if (extensions->empty()) return {};
  if (extensions->size() == 1 && request.deflate) {
    deflate = accept_deflate_answer(extensions->front(), *request.deflate);
  }
  return deflate ? "" : "the server uses an extension that was not asked for, or not so";
}

}  // namespace

bool asks_for_websocket(const HttpRequest& request) {
  return request.fields->lists("upgrade", "websocket");
}

WebSocketAnswer answer_websocket(const HttpRequest& request,
                                 const WebSocketServerOptions& options) {
  const HttpFields& fields = *request.fields;
  if (!asks_for_websocket(request)) return upgrade_required("only WebSocket is spoken here");
  if (std::optional<WebSocketAnswer> answer = refusal(request)) return *std::move(answer);
  auto offers = parse_extensions(fields.joined("sec-websocket-extensions"));
  if (!offers) return refused(400, "Sec-WebSocket-Extensions can't be read");
  if (!is_origin_allowed(request, options.origins)) {
    return refused(403, "pages of this origin may not connect here");
  }

  WebSocketAnswer answer;
  answer.fields = {{"Upgrade", "websocket"},
                   {"Connection", "Upgrade"},
                   {"Sec-WebSocket-Accept", websocket_accept(*fields.find("sec-websocket-key"))}};
  answer.subprotocol = choose_subprotocol(fields, options.subprotocols);
  if (!answer.subprotocol.empty()) {
    answer.fields.push_back({"Sec-WebSocket-Protocol", answer.subprotocol});
  }
  if (options.deflate) choose_deflate(*offers, *options.deflate, answer);
  return answer;
}

std::string host_field(std::string_view host, std::uint16_t port, std::uint16_t default_port) {
  std::string out(host.substr(0, host.find('%')));
  if (out.find(':') != std::string::npos) out = "[" + out + "]";
  if (port != default_port) out.append(":").append(std::to_string(port));
  return out;
}

std::string websocket_request(const WebSocketRequest& request, const WebSocketKey& key) {
  std::string out = "GET ";
  append_target(out, request.target);
  out += " HTTP/1.1\r\n";
  append_field(out, "Host", request.host);
  append_field(out, "Upgrade", "websocket");
  append_field(out, "Connection", "Upgrade");
  append_field(out, "Sec-WebSocket-Key", base64(key));
  append_field(out, "Sec-WebSocket-Version", "13");
  if (!request.origin.empty()) append_field(out, "Origin", request.origin);
  if (!request.subprotocols.empty()) {
    append_field(out, "Sec-WebSocket-Protocol", joined(request.subprotocols));
  }
  if (request.deflate)
    append_field(out, "Sec-WebSocket-Extensions", deflate_offer(*request.deflate));
  append_fields(out, request.fields);
  return out += "\r\n";
}

WebSocketOpened check_websocket_answer(const HttpResponse& response,
                                       const WebSocketRequest& request, const WebSocketKey& key) {
  const HttpFields& fields = *response.fields;
  WebSocketOpened opened{.status = response.status};
  if (response.status != 101) {
    opened.why = explain_status(response);
    opened.retry_after =
        read_retry_after(fields.find("retry-after").value_or(""), fields.find("date").value_or(""));
  } else if (!fields.lists("upgrade", "websocket") || !fields.lists("connection", "upgrade")) {
    opened.why = "the server switched to another protocol than WebSocket";
  } else if (only(fields, "sec-websocket-accept") != websocket_accept(base64(key))) {
    opened.why = "the server did not prove that it speaks WebSocket: Sec-WebSocket-Accept is wrong";
  }
  if (opened.ok()) opened.why = check_subprotocol(fields, request, opened.subprotocol);
  if (opened.ok()) opened.why = check_extensions(fields, request, opened.deflate);
  return opened;
}

std::string websocket_accept(std::string_view key) {
  return base64(sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

}  // namespace bowline
