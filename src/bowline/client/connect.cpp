#include "bowline/client/connect.h"

#include "bowline/base/url.h"
#include "bowline/client/race.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace bowline {
namespace {

Task<Stream> connect_tcp(Network network, Url url) {
  if (!url.port) {
    throw make_error(make_error_code(Errc::bad_address), "connect to " + url.text(),
                     "it has no port: tcp://host:port");
  }
  std::vector<Address> addresses = co_await network.resolve(url.host, *url.port);
  co_return co_await race(network, std::move(addresses));
}

Task<Stream> connect_unix(Network network, Url url) {
  co_return co_await network.connect(url.unix_address());
}

// Nothing answers to a datagram socket's connecting, so there is nothing to race: the first address
// is taken that there is a way to. For this machine that is the IPv4 one, as it is for bind().
Task<Stream> connect_udp(Network network, Url url) {
  if (!url.port) {
    throw make_error(make_error_code(Errc::bad_address), "connect to " + url.text(),
                     "it has no port: udp://host:port");
  }
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

// Which transport a scheme means.
struct Scheme {
  std::string_view name;
  Task<Stream> (*connect)(Network network, Url url);
};

constexpr Scheme schemes[] = {
    {"tcp", connect_tcp},
    {"unix", connect_unix},
    {"udp", connect_udp},
    {"unixgram", connect_unixgram},
};

}  // namespace

Task<Stream> connect(Network network, std::string url) {
  Url parsed = Url::parse(url).value();
  for (const Scheme& scheme : schemes) {
    if (scheme.name == parsed.scheme) {
      co_return co_await scheme.connect(network, std::move(parsed));
    }
  }
  throw make_error(make_error_code(Errc::bad_address), "connect to " + url,
                   fmt::format("{}:// is not supported; tcp://, unix:, udp:// and unixgram: are",
                               parsed.scheme));
}

}  // namespace bowline
