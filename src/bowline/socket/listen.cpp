#include "bowline/socket/listen.h"

#include "bowline/socket/bound_path.h"

#include <sys/socket.h>

#include <cerrno>

namespace bowline {
namespace {

bool is_file(const Address& address) {
  return address.family() == Family::local && !address.path().empty() && !address.is_abstract();
}

// Binds, and once more if all that was in the way is the file of a server that is no more.
int bind_to(const Socket& socket, const Address& address) {
  int result = os::bind_to(socket.fileno(), address);
  bool replaced =
      result == -EADDRINUSE && is_file(address) && remove_stale_socket(std::string(address.path()));
  return replaced ? os::bind_to(socket.fileno(), address) : result;
}

}  // namespace

Socket listen(std::string_view url, const Socket::ListenOptions& options, Deadline deadline) {
  Endpoint endpoint(url);
  Endpoint::Purpose purpose{"listen on", true, Family::none, Type::stream};
  int result = 0;
  Address tried;
  for (const Address& address : endpoint.addresses(purpose, deadline)) {
    int now = os::open_socket(address.family(), SOCK_STREAM);
    if (now >= 0) {
      Socket socket(os::FileDescriptor(now), address.family(), Type::stream);
      if (address.is_ip()) socket.set_reuse_address(options.reuse_address);
      if (address.is_ip() && options.reuse_port) socket.set_reuse_port();
      if (address.family() == Family::ipv6) socket.set_ipv6_only(options.ipv6_only);
      now = bind_to(socket, address);
      if (now == 0) {
        if (is_file(address)) socket.path_ = std::make_unique<BoundPath>(address.path());
        socket.listen(options.backlog);
        return socket;
      }
    }
    // The first refusal is told: it is of the address that was meant most.
    if (result == 0) tried = address;
    if (result == 0) result = now;
  }
  throw endpoint.error(purpose, os::Action::bind, result, tried);
}

}  // namespace bowline
