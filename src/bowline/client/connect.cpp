#include "bowline/client/connect.h"

#include "bowline/auth/first_message.h"
#include "bowline/base/url.h"
#include "bowline/client/race.h"
#include "bowline/tls/secure.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace bowline {
namespace {

Task<Stream> connect_tcp(Network network, Url url) {
  std::vector<Address> addresses = co_await network.resolve(url.host, *url.port);
  co_return co_await race(network, std::move(addresses));
}

Task<Stream> connect_unix(Network network, Url url) {
  co_return co_await network.connect(url.unix_address());
}

// Nothing answers to a datagram socket's connecting, so there is nothing to race: the first address
// is taken that there is a way to. For this machine that is the IPv4 one, as it is for bind().
Task<Stream> connect_udp(Network network, Url url) {
  std::vector<Address> addresses = co_await network.resolve(url.host, *url.port);
  std::stable_partition(addresses.begin(), addresses.end(), [](const Address& address) {
    return address.is_loopback() && address.family() == Family::ipv4;
  });
  std::optional<Error> failure;
  for (const Address& address : addresses) {
    try {
      co_return network.connect_datagram_stream(address);
    } catch (const Error& error) {
      if (!failure) failure = error;
    }
  }
  throw *failure;
}

Task<Stream> connect_unixgram(Network network, Url url) {
  co_return network.connect_datagram_stream(url.unix_address());
}

// What a scheme means: how to get there, and what goes on top.
struct Scheme {
  std::string_view name;
  Task<Stream> (*connect)(Network network, Url url);
  bool secure = false;
  bool websocket = false;
  bool datagrams = false;
  std::uint16_t port = 0;  // when the URL has none; 0: it must
  FirstMessage first_message = FirstMessage::line;
};

constexpr Scheme schemes[] = {
    {"tcp", connect_tcp},
    {"unix", connect_unix},
    {.name = "udp",
     .connect = connect_udp,
     .datagrams = true,
     .first_message = FirstMessage::datagram},
    {.name = "unixgram",
     .connect = connect_unixgram,
     .datagrams = true,
     .first_message = FirstMessage::datagram},
    {.name = "tls", .connect = connect_tcp, .secure = true},
    {.name = "ws", .connect = connect_tcp, .websocket = true, .port = 80},
    {.name = "wss", .connect = connect_tcp, .secure = true, .websocket = true, .port = 443},
    {.name = "ws+unix", .connect = connect_unix, .websocket = true},
};

Error unusable(const Url& url, std::string_view advice) {
  return make_error(make_error_code(Errc::bad_address), "connect to " + url.text(), advice);
}

// Where a URL leads, with the port that its scheme stands for.
struct Target {
  Url url;
  const Scheme* scheme;
};

Result<Target> target_of(const std::string& text) {
  Result<Url> url = Url::parse(text);
  if (!url) return url.error();
  auto scheme = std::find_if(std::begin(schemes), std::end(schemes),
                             [&](const Scheme& one) { return one.name == url->scheme; });
  if (scheme == std::end(schemes)) {
    return unusable(*url, fmt::format("{}:// is not supported; tcp, tls, ws, wss, unix, ws+unix, "
                                      "udp and unixgram are",
                                      url->scheme));
  }
  if (!url->port && scheme->port) url->port = scheme->port;
  if (!url->port && !url->is_unix()) {
    return unusable(*url, fmt::format("it has no port: {}://host:port", url->scheme));
  }
  return Target{std::move(*url), scheme};
}

// Loaded once: the system's authorities are many.
const TlsContext& system_trust() {
  static const TlsContext context = TlsContext::client({}).value();
  return context;
}

Task<Stream> open_websocket_as(Network network, Stream stream, std::string url,
                               WebSocketConnectOptions options, const Credential& credential) {
  options.request.fields.push_back({"Authorization", credential.text()});
  co_return co_await open_websocket(network, std::move(stream), std::move(url), options);
}

}  // namespace

Result<void> check_target(const std::string& url) {
  Result<Target> target = target_of(url);
  return target ? Result<void>() : target.error();
}

Task<Stream> connect(Network network, std::string url) {
  ConnectOptions options;
  co_return co_await connect(network, std::move(url), options);
}

Task<Stream> connect(Network network, std::string url, const ConnectOptions& options) {
  Target target = target_of(url).value();
  const Url& parsed = target.url;
  const Scheme& scheme = *target.scheme;
  Stream stream = co_await scheme.connect(network, parsed);
  co_await stream.write_all(options.preamble);
  if (scheme.secure) {
    const TlsContext& context = options.tls ? *options.tls : system_trust();
    std::string host = parsed.host.empty() ? "localhost" : parsed.host;
    stream = co_await connect_tls(network, std::move(stream), context, host, *parsed.port);
  }
  if (scheme.websocket && options.credential) {
    stream = co_await open_websocket_as(network, std::move(stream), parsed.text(),
                                        options.websocket, *options.credential);
  } else if (scheme.websocket) {
    stream = co_await open_websocket(network, std::move(stream), parsed.text(), options.websocket);
  } else if (options.credential) {
    stream =
        co_await present(network, std::move(stream), *options.credential, scheme.first_message);
  }
  if (!scheme.websocket && !scheme.datagrams) {
    stream = frame_messages(network, std::move(stream), options.framing);
  }
  co_return stream;
}

}  // namespace bowline
