#include "bowline/socket/connect.h"

#include <sys/socket.h>

namespace bowline {
namespace {

Socket connect_to_any(const Endpoint& endpoint, Deadline deadline) {
  Endpoint::Purpose purpose{"connect to", false, Family::none, Type::stream};
  int result = 0;
  Address tried;
  for (const Address& address : endpoint.addresses(purpose, deadline)) {
    tried = address;
    result = os::open_socket(address.family(), SOCK_STREAM);
    if (result >= 0) {
      Socket socket = Socket::from_fd(result);
      result = -socket.connect_ex(address, deadline);
      if (result == 0) return socket;
    }
    if (deadline.given() && deadline.expired()) break;
  }
  throw endpoint.error(purpose, os::Action::connect, result, tried);
}

}  // namespace

Socket connect(std::string_view url, Deadline deadline) {
  return connect_to_any(url, deadline);
}

Socket connect(const Address& address, Deadline deadline) {
  return connect_to_any(address, deadline);
}

}  // namespace bowline
