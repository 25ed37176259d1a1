#include "bowline/net/datagram_transport.h"

#include "bowline/base/url.h"

namespace bowline {

bool DatagramTransport::submit(Op& op) {
  if (op.kind == Op::Kind::receive && op.handles && op.data) {
    op.result = -EOPNOTSUPP;
    return true;
  }
  if (op.kind == Op::Kind::receive) op.kind = Op::Kind::receive_datagram;
  if (op.kind != Op::Kind::end) return socket_.backend().submit(op);
  op.result = 0;  // nothing says so to the peer
  return true;
}

int DatagramTransport::set_option(Option option, int value) {
  // What only streams have does nothing here.
  bool for_streams =
      option == Option::no_delay || option == Option::keep_alive || option == Option::linger;
  return for_streams ? 0 : socket_.backend().set_option(socket_.handle(), option, value);
}

std::string DatagramTransport::url() const {
  return url_text(datagram_scheme(socket_.peer_address()), socket_.peer_address());
}

std::string DatagramTransport::advice(Attempted attempted, int error_number) const {
  if (attempted == Attempted::receive && error_number == EMSGSIZE) {
    return "the datagram was longer than the memory it was to be read into, and is lost";
  }
  return socket_.backend().advice(attempted, socket_.peer_address(), error_number);
}

}  // namespace bowline
