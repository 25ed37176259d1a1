#include "bowline/net/socket_transport.h"

#include "bowline/base/url.h"

namespace bowline {

std::string_view stream_scheme(const Address& address) {
  return address.family() == Family::local ? "unix" : "tcp";
}

Address SocketTransport::local_address() const {
  Address address;
  backend_->local_address(handle_, address);
  return address;
}

int SocketTransport::credentials(Credentials& credentials) const {
  if (peer_.family() != Family::local) return -EOPNOTSUPP;
  return backend_->credentials(handle_, credentials);
}

int SocketTransport::set_option(Option option, int value) {
  return backend_->set_option(handle_, option, value);
}

std::string SocketTransport::url() const {
  return url_text(stream_scheme(peer_), peer_);
}

std::string SocketTransport::advice(Attempted attempted, int error_number) const {
  return backend_->advice(attempted, peer_, error_number);
}

}  // namespace bowline
