// Where a socket is to be bound or connected to: an Address, a host and a port, or a URL.
//
//   server.bind({"localhost", 65432});    client.connect("tcp://example.org:80");
#pragma once

#include "bowline/base/address.h"
#include "bowline/base/error.h"
#include "bowline/os/advice.h"
#include "bowline/socket/deadline.h"
#include "bowline/socket/type.h"

#include <string>
#include <string_view>
#include <vector>

namespace bowline {

class Endpoint {
 public:
  Endpoint(Address address) : address_(std::move(address)) {}
  // An empty host means all interfaces where a socket is bound, and this machine where it connects.
  Endpoint(std::string_view host, int port) : kind_(Kind::host), text_(host), port_(port) {}
  // "tcp://localhost:8000", "localhost:8000", ":8000", "unix:/run/app.sock", "unix:@name"; for
  // datagrams also udp:// and unixgram:.
  Endpoint(std::string_view url) : kind_(Kind::url), text_(url) {}
  Endpoint(const std::string& url) : Endpoint(std::string_view(url)) {}
  Endpoint(const char* url) : Endpoint(std::string_view(url)) {}

  // What a socket wants to do with it.
  struct Purpose {
    std::string_view action;       // for errors: "connect to"
    bool passive = false;          // binds
    Family family = Family::none;  // none: any
    Type type = Type::stream;
  };
  // The addresses to try in turn, at least one. Throws Error: a URL that can't be read or is for
  // another type of socket, a name without address, a lookup that takes longer than `deadline`.
  std::vector<Address> addresses(const Purpose& purpose, Deadline deadline) const;
  // For errors: "tcp://localhost:8000".
  std::string text(const Purpose& purpose) const;
  // The Error of a call that answered `result` (-errno) for the address `tried`, with advice.
  Error error(const Purpose& purpose, os::Action action, int result, const Address& tried) const;

 private:
  enum class Kind { address, host, url };

  Kind kind_ = Kind::address;
  Address address_;
  std::string text_;  // the host or the URL
  int port_ = 0;
};

}  // namespace bowline
