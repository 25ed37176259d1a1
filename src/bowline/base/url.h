// A URL that names a transport and a place: tcp://host:port, unix:/path, unix:@abstract. A bare
// "host:port" or ":port" means tcp. Which schemes work, and their ports, is for the layers above.
#pragma once

#include "bowline/base/address.h"
#include "bowline/base/error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bowline {

struct Url {
  std::string scheme = "tcp";         // lower case
  std::string host;                   // without brackets, with %zone; empty: all interfaces
  std::optional<std::uint16_t> port;  // none when not given
  std::string path;                   // for Unix transports the socket's path or "@name"
  std::string query;                  // without the "?"

  // RFC 3986 with the short forms above. Errors say what is wrong and show a form that works.
  static Result<Url> parse(std::string_view text);

  bool is_unix() const { return scheme == "unix" || scheme == "unixgram" || scheme == "ws+unix"; }
  // The address of a Unix socket's URL.
  Address unix_address() const;
  std::string text() const;
};

// The URL of a socket at `address`: "tcp://127.0.0.1:8000", "unix:/run/x.sock".
std::string url_text(std::string_view scheme, const Address& address);

}  // namespace bowline
