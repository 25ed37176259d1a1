#include "bowline/server/opener.h"

#include "bowline/server/listen.h"
#include "bowline/session/detect.h"
#include "bowline/task/wait.h"
#include "bowline/tls/secure.h"

#include <fmt/format.h>

namespace bowline {
namespace {

struct Scheme {
  std::string_view name;
  bool needs_certificate;
  Task<Stream> (*open)(Network network, Stream stream, const OpenOptions& options);
};

Task<Stream> open_bytes(Network network, Stream stream, const OpenOptions& options) {
  co_return frame_messages(network, std::move(stream), options.framing);
}

Task<Stream> secured(Network network, Stream stream, const OpenOptions& options) {
  return within(options.handshake_timeout, accept_tls(network, std::move(stream), *options.tls));
}

Task<Stream> open_tls(Network network, Stream stream, const OpenOptions& options) {
  Stream secure = co_await secured(network, std::move(stream), options);
  co_return frame_messages(network, std::move(secure), options.framing);
}

Task<Stream> open_ws(Network network, Stream stream, const OpenOptions& options) {
  return accept_websocket(network, std::move(stream), options.websocket);
}

Task<Stream> open_wss(Network network, Stream stream, const OpenOptions& options) {
  Stream secure = co_await secured(network, std::move(stream), options);
  co_return co_await accept_websocket(network, std::move(secure), options.websocket);
}

// Inside TLS it is told apart once more; TLS in TLS is not.
Task<Stream> open_any(Network network, Stream stream, const OpenOptions& options) {
  Speech speech = co_await detect(network, stream, options.sniffing);
  if (speech == Speech::tls && options.tls) {
    stream = co_await secured(network, std::move(stream), options);
    speech = co_await detect(network, stream, options.sniffing);
  }
  if (speech != Speech::http) {
    co_return frame_messages(network, std::move(stream), options.framing);
  }
  co_return co_await accept_websocket(network, std::move(stream), options.websocket);
}

constexpr Scheme schemes[] = {
    {"tcp", false, open_bytes}, {"unix", false, open_bytes}, {"tls", true, open_tls},
    {"ws", false, open_ws},     {"ws+unix", false, open_ws}, {"wss", true, open_wss},
    {"any", false, open_any},   {"udp", false, nullptr},     {"unixgram", false, nullptr},
};

Error unusable(const Url& url, std::string_view advice) {
  return make_error(make_error_code(Errc::bad_address), "listen on " + url.text(), advice);
}

}  // namespace

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
    bool as_it_is = scheme.open == open_bytes && options.framing.kind == Framing::Kind::raw;
    if (!scheme.open || as_it_is) return {};
    return [open = scheme.open, &options](Network network, Stream stream) {
      return open(network, std::move(stream), options);
    };
  }
  throw unusable(url, fmt::format("{}:// is not supported; tcp, tls, ws, wss, any, unix, ws+unix, "
                                  "udp and unixgram are",
                                  url.scheme));
}

}  // namespace bowline
