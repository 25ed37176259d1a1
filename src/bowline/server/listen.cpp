#include "bowline/server/listen.h"

#include "bowline/base/url.h"

#include <fmt/format.h>

namespace bowline {
namespace {

Error unusable(const std::string& url, std::string_view advice) {
  return make_error(make_error_code(Errc::bad_address), "listen on " + url, advice);
}

}  // namespace

Task<Listener> listen(Network network, std::string url, ListenOptions options) {
  Url parsed = Url::parse(url).value();
  if (parsed.scheme != "tcp" && parsed.scheme != "unix") {
    throw unusable(url, fmt::format("{}:// is not supported; tcp:// and unix: are, and more by "
                                    "serve() and Server",
                                    parsed.scheme));
  }
  if (parsed.is_unix()) co_return network.listen(parsed.unix_address(), options);
  if (!parsed.port) throw unusable(url, "it has no port: tcp://host:port, port 0 for any");
  std::vector<Address> addresses = co_await network.resolve(parsed.host, *parsed.port, true);
  co_return network.listen(addresses.front(), options);
}

}  // namespace bowline
