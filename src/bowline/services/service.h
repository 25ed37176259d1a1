// The services that `bowline serve` offers: what each does with a connection, and where it listens
// when nobody says. A service is a handler, so it works over every transport.
#pragma once

#include "bowline/server/server.h"
#include "bowline/server/topics.h"

#include <span>
#include <string_view>

namespace bowline {

// What services may be told; each looks at what is its own.
struct ServiceOptions {
  TopicsOptions topics;  // broadcast
};

struct Service {
  std::string_view name;
  std::string_view summary;  // one line for --help
  std::string_view url;      // where it listens by default
  // What serves one connection. Those that are given the same hear of each other, if that is what
  // the service does.
  Handler (*handler)(const ServiceOptions& options);
};

// All services, in the order that help shows them.
std::span<const Service> services();
// The service of this name, or nullptr.
const Service* find_service(std::string_view name);

}  // namespace bowline
