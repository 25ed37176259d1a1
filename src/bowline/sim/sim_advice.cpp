#include "bowline/sim/listener_socket.h"
#include "bowline/sim/sim_backend.h"

#include <fmt/format.h>

#include <cerrno>

namespace bowline::sim {

std::string SimBackend::advice(Attempted attempted, const Address& address, int error_number) {
  bool connecting = attempted == Attempted::connect;
  switch (error_number) {
    case ECONNREFUSED:
      return "nothing is listening there";
    case ENOENT:
      return "no socket has that path on this host; is the server running?";
    case ETIMEDOUT:
      return connecting ? "no answer: the host is down, the link is cut, or its backlog is full"
                        : "no answer for too long: the host is down, or the link is cut";
    case EHOSTUNREACH:
      return "no host of the simulated world has that address, or its link says unreachable";
    case ENETUNREACH:
      return fmt::format("{} has no address of that family", name_);
    case ENETDOWN:
      return fmt::format("{} is down", name_);
    case EADDRINUSE:
      return fmt::format("{} listens there already; choose another port", name_);
    case EADDRNOTAVAIL: {
      if (connecting) return "no local port is free for one more connection";
      std::string own;
      for (const Address& known : addresses_) own += (own.empty() ? "" : ", ") + known.host();
      return fmt::format("{} does not have {}, but {}", name_, address.host(), own);
    }
    case EMFILE:
      return fmt::format("{} may have {} sockets (rules().handles_max)", name_, rules_.handles_max);
    case EAGAIN:
      return connecting ? "the server's queue of connections to accept is full" : "";
    case ECONNRESET:
      return "the peer cut the connection: it ended, or closed without reading all that was sent";
    case EPIPE:
      return "the peer has closed the connection, or this side has ended its sending";
    case EOPNOTSUPP:
      return "handles cannot be passed in a simulated world";
    default:
      return {};
  }
}

}  // namespace bowline::sim
