#include "bowline/client/http.h"

#include "bowline/proto/websocket_handshake.h"

#include <fmt/format.h>

#include <limits>

namespace bowline {
namespace {

using Kind = HttpResponseEvent::Kind;

// What is asked may be answered for ever; who reads counts.
constexpr HttpLimits limits{.body_size_max = std::numeric_limits<std::uint64_t>::max()};

std::string host_of(const Url& transport) {
  if (transport.is_unix() || transport.host.empty()) return "localhost";
  return host_field(transport.host, *transport.port, transport.scheme == "tls" ? 443 : 80);
}

std::string target_of(const Url& url, std::string_view target) {
  std::string path = url.is_unix() ? std::string() : url.path;
  while (path.ends_with('/')) path.pop_back();
  return path.append(target);
}

}  // namespace

Result<Url> http_transport(Url url) {
  bool secure = url.scheme == "https";
  if (secure || url.scheme == "http") {
    if (!url.port) url.port = secure ? 443 : 80;
    url.scheme = secure ? "tls" : "tcp";
    url.path.clear();
    url.query.clear();
  } else if (url.scheme != "tcp" && url.scheme != "tls" && url.scheme != "unix") {
    return make_error(make_error_code(Errc::bad_address), "use " + url.text(),
                      "HTTP goes over http://, https://, tcp://, tls:// and unix:");
  }
  return url;
}

HttpCall::HttpCall(Network network, std::string server, ConnectOptions options)
    : network_(network),
      server_(std::move(server)),
      options_(std::move(options)),
      reader_(limits) {}

Task<int> HttpCall::ask(std::string method, std::string target) {
  Url url = Url::parse(server_).value();
  Url transport = http_transport(url).value();
  ConnectOptions way = options_;
  way.credential.reset();  // it is said in HTTP
  stream_ = co_await connect(network_, transport.text(), way);
  std::string request = fmt::format("{} {} HTTP/1.1\r\n", method, target_of(url, target));
  append_field(request, "Host", host_of(transport));
  append_field(request, "Connection", "close");
  if (options_.credential) append_field(request, "Authorization", options_.credential->text());
  request += "\r\n";
  co_await stream_.write_all(request);
  co_await next_event();
  co_return reader_.response().status;
}

Task<Bytes> HttpCall::read_some() {
  HttpResponseEvent event = co_await next_event();
  co_return event.data;
}

Task<std::string> HttpCall::read_all() {
  std::string body;
  for (;;) {
    Bytes piece = co_await read_some();
    if (piece.empty()) co_return body;
    body += piece.text();
    if (body.size() <= body_size_max) continue;
    throw make_error(make_error_code(Errc::too_long), "read the answer of " + server_,
                     fmt::format("it has more than {} bytes", body_size_max));
  }
}

Task<HttpResponseEvent> HttpCall::next_event() {
  for (;;) {
    HttpResponseEvent event = reader_.next_event();
    if (event.kind == Kind::failed) {
      throw make_error(std::make_error_code(std::errc::protocol_error),
                       "read the answer of " + server_, reader_.failure().why);
    }
    if (event.kind != Kind::none || ended_) co_return event;
    input_ = co_await stream_.read_some();
    ended_ = input_.empty();
    if (ended_) {
      reader_.receive_end();
    } else {
      reader_.receive(input_);
    }
  }
}

}  // namespace bowline
