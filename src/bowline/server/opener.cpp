#include "bowline/server/opener.h"

#include "bowline/auth/first_message.h"
#include "bowline/auth/websocket.h"
#include "bowline/server/listen.h"
#include "bowline/session/detect.h"
#include "bowline/session/proxied.h"
#include "bowline/task/wait.h"
#include "bowline/tls/secure.h"

#include <fmt/format.h>

namespace bowline {
namespace {

using Open = Task<Stream> (*)(Network network, Stream stream, const OpenOptions& options);

struct Scheme {
  std::string_view name;
  bool needs_certificate;
  Open open;
};

// A stream of bytes, once it is known who is there: as it is, or framed into messages.
Task<Stream> open_bytes(Network network, Stream stream, const OpenOptions& options) {
  if (options.authenticator) {
    stream = co_await authenticate(network, std::move(stream), *options.authenticator,
                                   FirstMessage::line);
  }
  co_return frame_messages(network, std::move(stream), options.framing);
}

Task<Stream> open_datagrams(Network network, Stream stream, const OpenOptions& options) {
  return authenticate(network, std::move(stream), *options.authenticator, FirstMessage::datagram);
}

Task<Stream> secured(Network network, Stream stream, const OpenOptions& options) {
  return within(options.handshake_timeout, accept_tls(network, std::move(stream), *options.tls));
}

Task<Stream> open_tls(Network network, Stream stream, const OpenOptions& options) {
  Stream secure = co_await secured(network, std::move(stream), options);
  co_return co_await open_bytes(network, std::move(secure), options);
}

Task<Stream> open_ws(Network network, Stream stream, const OpenOptions& options) {
  if (!options.authenticator) {
    return accept_websocket(network, std::move(stream), options.websocket);
  }
  return authenticate_websocket(network, std::move(stream), *options.authenticator,
                                options.websocket);
}

Task<Stream> open_wss(Network network, Stream stream, const OpenOptions& options) {
  Stream secure = co_await secured(network, std::move(stream), options);
  co_return co_await open_ws(network, std::move(secure), options);
}

Task<Speech> detected(Network network, Stream& stream, const OpenOptions& options) {
  return within(options.handshake_timeout, detect(network, stream, options.sniffing));
}

// Inside TLS it is told apart once more; TLS in TLS is not.
Task<Stream> open_any(Network network, Stream stream, const OpenOptions& options) {
  Speech speech = co_await detected(network, stream, options);
  if (speech == Speech::tls && options.tls) {
    stream = co_await secured(network, std::move(stream), options);
    speech = co_await detected(network, stream, options);
  }
  if (speech == Speech::http) co_return co_await open_ws(network, std::move(stream), options);
  co_return co_await open_bytes(network, std::move(stream), options);
}

Task<Stream> open_proxied(Network network, Stream stream, const OpenOptions& options, Open open) {
  Task<Stream> introduced = accept_proxied(std::move(stream), options.proxies);
  Stream client = co_await within(options.handshake_timeout, std::move(introduced));
  if (!open) co_return client;
  co_return co_await open(network, std::move(client), options);
}

constexpr Scheme schemes[] = {
    {"tcp", false, open_bytes}, {"unix", false, open_bytes},    {"tls", true, open_tls},
    {"ws", false, open_ws},     {"ws+unix", false, open_ws},    {"wss", true, open_wss},
    {"any", false, open_any},   {"udp", false, open_datagrams}, {"unixgram", false, open_datagrams},
};

// Is there nothing to open?
bool is_open(const Scheme& scheme, const OpenOptions& options) {
  if (options.authenticator) return false;
  bool raw = options.framing.kind == Framing::Kind::raw;
  return scheme.open == open_datagrams || (scheme.open == open_bytes && raw);
}

Error unusable(const Url& url, std::string_view advice) {
  return make_error(make_error_code(Errc::bad_address), "listen on " + url.text(), advice);
}

}  // namespace

void OpenOptions::obey(const ServerLimits& limits) {
  handshake_timeout = limits.handshake_timeout;
  websocket.http.head_timeout = limits.handshake_timeout;
  websocket.http.idle_timeout = limits.keep_alive_timeout;
}

std::string transport_url(Url url) {
  if (is_datagram(url)) return url.text();
  if (!url.port && url.scheme == "ws") url.port = 80;
  if (!url.port && url.scheme == "wss") url.port = 443;
  url.scheme = url.is_unix() ? "unix" : "tcp";
  if (url.scheme == "tcp") url.path.clear();
  url.query.clear();
  return url.text();
}

Opener make_opener(const Url& url, const OpenOptions& options) {
  for (const Scheme& scheme : schemes) {
    if (scheme.name != url.scheme) continue;
    if (scheme.needs_certificate && !options.tls) {
      throw unusable(url,
                     "TLS needs a certificate: --cert FILE --key FILE; `bowline cert` makes one");
    }
    check_port(url, "listen on");
    Open open = is_open(scheme, options) ? nullptr : scheme.open;
    if (!options.proxies.empty() && !is_datagram(url)) {
      return [open](Network network, Stream stream, const OpenOptions& present) {
        return open_proxied(network, std::move(stream), present, open);
      };
    }
    return open;
  }
  throw unusable(url, fmt::format("{}:// is not supported; tcp, tls, ws, wss, any, unix, ws+unix, "
                                  "udp and unixgram are",
                                  url.scheme));
}

}  // namespace bowline
