// What a server tells of itself, for logs.
#pragma once

#include "bowline/base/time.h"

#include <cstdint>
#include <functional>
#include <string>

namespace bowline {

struct ServerEvent {
  enum class Kind {
    unclaimed,  // a socket that was given and that no URL asks for: it is closed
    listening,  // by the first of these all addresses can be connected to
    accepted,
    identified,  // where it is asked who a peer is, and that is known
    closed,
    refused,  // it had too many from that address
    accept_failed,
    stopping,
    stopped
  };
  Kind kind;
  std::uint64_t connection = 0;  // counted from 1; stopped, refused: how many were
  std::string url;               // unclaimed, listening: where; of connections: the peer's
  std::string service;           // the name given to Server::add()
  std::string failure;           // refused, accept_failed, and closed when the handler threw
  Duration duration{};           // closed: how long it was open
  std::uint64_t cut = 0;         // stopped: how many connections were ended by force
  std::string user;              // identified
};

// Called on any of the server's threads.
using ServerObserver = std::function<void(const ServerEvent&)>;

}  // namespace bowline
