// What the tests of blocking sockets share: listeners, connected pairs and caught errors. What
// waits here gives up after ten seconds.
#pragma once

#include "bowline/base/error.h"
#include "bowline/socket/socket.h"

#include <string>
#include <string_view>

namespace bowline::testing {

// What `call` throws, or an Error without a code.
template <class Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return make_error(std::error_code(), "no error");
}

inline bool starts(const Error& error, const std::string& text) {
  return std::string_view(error.what()).starts_with(text);
}

inline Socket listener(const Endpoint& at = {"127.0.0.1", 0}, Family family = Family::ipv4,
                       int backlog = system_backlog) {
  Socket server(family);
  server.bind(at);
  server.listen(backlog);
  return server;
}

// A client and its peer over TCP, and the listener between them.
struct Connected {
  Socket server = listener();
  Socket client = Socket(Family::ipv4);
  Socket peer;

  Connected() {
    client.connect(server.local_address(), std::chrono::seconds(10));
    peer = server.accept(std::chrono::seconds(10)).socket;
  }
};

}  // namespace bowline::testing
