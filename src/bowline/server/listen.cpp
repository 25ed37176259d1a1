#include "bowline/server/listen.h"

#include <fmt/format.h>

namespace bowline {
namespace {

Error unusable(std::string_view action, const std::string& url, std::string_view advice) {
  return make_error(make_error_code(Errc::bad_address), fmt::format("{} {}", action, url), advice);
}

// The first address of the host and port of `url`.
Task<Address> address_of(Network network, Url url, std::string_view action) {
  check_port(url, action);
  std::vector<Address> addresses = co_await network.resolve(url.host, *url.port, true);
  co_return addresses.front();
}

}  // namespace

void check_port(const Url& url, std::string_view action) {
  if (url.port || url.is_unix()) return;
  throw unusable(action, url.text(),
                 fmt::format("it has no port: {}://host:port, port 0 for any", url.scheme));
}

bool is_datagram(const Url& url) {
  return url.scheme == "udp" || url.scheme == "unixgram";
}

Task<Listener> listen(Network network, std::string url, ListenOptions options) {
  Url parsed = Url::parse(url).value();
  if (parsed.scheme == "unix") co_return network.listen(parsed.unix_address(), options);
  if (is_datagram(parsed)) {
    throw unusable("listen on", url, "datagrams have no connections; bind() is for them");
  }
  if (parsed.scheme != "tcp") {
    throw unusable("listen on", url,
                   fmt::format("{}:// is not supported; tcp://, unix:, udp:// and unixgram: are",
                               parsed.scheme));
  }
  Address address = co_await address_of(network, std::move(parsed), "listen on");
  co_return network.listen(address, options);
}

Task<Datagrams> bind(Network network, std::string url, DatagramOptions options) {
  Url parsed = Url::parse(url).value();
  if (!is_datagram(parsed)) {
    throw unusable("bind to", url,
                   fmt::format("{} has no datagrams; udp:// and unixgram: have", parsed.scheme));
  }
  if (parsed.is_unix()) co_return network.open_datagrams(parsed.unix_address(), options);
  Address address = co_await address_of(network, std::move(parsed), "bind to");
  co_return network.open_datagrams(address, options);
}

Task<Door> open_door(Network network, std::string url, ListenOptions options, PeerLimits limits) {
  if (is_datagram(Url::parse(url).value())) {
    Datagrams socket = co_await bind(network, url);
    co_return DatagramPeers(std::move(socket), limits);
  }
  Listener listener = co_await listen(network, url, options);
  co_return std::move(listener);
}

}  // namespace bowline
