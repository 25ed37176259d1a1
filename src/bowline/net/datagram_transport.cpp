#include "bowline/net/datagram_transport.h"

#include "bowline/base/url.h"

namespace bowline {

bool DatagramTransport::submit(Op& op) {
  op.handle = socket_.handle();
  if (op.kind == Op::Kind::send) return socket_.backend().submit(op);
  op.result = 0;  // of an end: nothing says so to the peer
  if (op.kind == Op::Kind::end) return true;
  op.result = -EOPNOTSUPP;
  if (op.data && op.handles) return true;
  op.kind = Op::Kind::receive_datagram;
  return socket_.backend().submit(op) && finish(op);
}

// Above, a datagram is a message of a stream.
bool DatagramTransport::finish(Op& op) {
  if (op.kind != Op::Kind::receive_datagram) return true;
  op.kind = Op::Kind::receive;
  op.message = op.result < 0 ? MessageKind::none : MessageKind::binary;
  return true;
}

int DatagramTransport::set_option(Option option, int value) {
  // What only streams have does nothing here.
  bool for_streams = option == Option::no_delay || option == Option::keep_alive ||
                     option == Option::peer_timeout || option == Option::linger;
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
