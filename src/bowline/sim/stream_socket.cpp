#include "bowline/sim/stream_socket.h"

#include "bowline/backend/backend.h"
#include "bowline/sim/listener_socket.h"
#include "bowline/sim/sim_backend.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace bowline::sim {

StreamSocket::StreamSocket(SimBackend& system, std::shared_ptr<Connection> connection)
    : Socket(system), connection_(std::move(connection)), side_(1) {
  side().socket = this;
  family_ = side().address.family();
}

void StreamSocket::let_go() {
  if (side_ == 0 && side().address.is_ip()) system_.give_back_port(side().address);
  connection_.reset();
}

void StreamSocket::close() {
  if (!connection_) return;
  connection_->close(side_, resets_at_close_);
  let_go();
}

void StreamSocket::vanish() {
  if (!connection_) return;
  connection_->vanish(side_);
  let_go();
}

void StreamSocket::reset() {
  std::shared_ptr<Connection> connection = connection_;
  for (int index : {0, 1}) connection->fail(index, ECONNRESET);
}

int StreamSocket::end_input() {
  if (!connection_ || side().dead) return -ENOTCONN;
  input_ended_ = true;
  progress();
  return 0;
}

int StreamSocket::set_option(int option, int value) {
  switch (static_cast<Option>(option)) {
    case Option::send_buffer_size:
      send_buffer_ = static_cast<std::uint32_t>(std::max(value, 1));
      break;
    case Option::receive_buffer_size:
      receive_buffer_ = static_cast<std::uint32_t>(std::max(value, 1));
      break;
    case Option::linger:
      resets_at_close_ = value == 0;
      break;
    case Option::peer_timeout:
      if (connection_) connection_->watch_peer(side_, std::chrono::seconds(value));
      break;
    case Option::no_delay:
    case Option::keep_alive:
    default:
      break;
  }
  if (!connection_) return 0;
  side().send_buffer = send_buffer_;
  side().receive_buffer = receive_buffer_;
  return 0;
}

Address StreamSocket::local_address() const {
  if (connection_) return side().address;
  if (family_ == Family::ipv4) return Address::ipv4(0, 0);
  if (family_ == Family::ipv6) return Address::ipv6({}, 0);
  return Address::unix_unnamed();
}

int StreamSocket::peer_address(Address& address) const {
  if (!connection_ || side().dead) return -ENOTCONN;
  address = connection_->side(1 - side_).address;
  return 0;
}

SimBackend* StreamSocket::peer_system() const {
  return connection_ ? connection_->side(1 - side_).system : nullptr;
}

bool StreamSocket::perform(Op& op) {
  switch (op.kind) {
    case Op::Kind::connect:
      return connect(op);
    case Op::Kind::receive:
      return receive(op);
    case Op::Kind::send:
      return send(op);
    case Op::Kind::poll:
      return poll(op);
    case Op::Kind::end:
      if (!connection_ || side().dead) return answer(op, -ENOTCONN);
      if (!connection_->has_ended(side_)) connection_->end(side_);
      return answer(op, 0);
    default:
      return answer(op, -EINVAL);
  }
}

// An error is told once, to all that wait for it (SO_ERROR).
void StreamSocket::settle() {
  if (std::exchange(error_told_, false) && connection_) side().error = 0;
}

bool StreamSocket::take_error(Op& op) {
  if (side().error == 0) return false;
  error_told_ = true;
  return answer(op, -side().error);
}

bool StreamSocket::connect(Op& op) {
  if (!connection_) {
    int result = begin_connect(*op.address);
    if (result < 0) return answer(op, result);
  }
  if (side().established) return answer(op, 0);
  if (!take_error(op)) return false;
  error_told_ = false;
  let_go();
  return true;
}

int StreamSocket::begin_connect(const Address& to) {
  if (to.family() != family_) return -EAFNOSUPPORT;
  if (!to.is_ip()) {
    ListenerSocket* listener = system_.listener_at(to);
    if (!listener) return to.is_abstract() ? -ECONNREFUSED : -ENOENT;
    if (listener->is_full()) return -EAGAIN;
    connection_ = std::make_shared<Connection>(system_.fabric(), system_, Address::unix_unnamed(),
                                               system_, to);
    side().socket = this;
    connection_->connect_now();
    return 0;
  }
  SimBackend* peer = nullptr;
  Address local;
  int result = system_.route(to, peer, local);
  if (result == 0) result = system_.take_port(local);
  if (result < 0) return result;
  connection_ = std::make_shared<Connection>(system_.fabric(), system_, local, *peer, to);
  side().socket = this;
  side().send_buffer = send_buffer_;
  side().receive_buffer = receive_buffer_;
  connection_->request();
  return 0;
}

bool StreamSocket::receive(Op& op) {
  if (!connection_) return answer(op, -ENOTCONN);
  std::size_t size = connection_->readable(side_);
  if (size == 0) {
    if (take_error(op)) return true;
    bool over = input_ended_ || connection_->ended(side_) || side().dead;
    return over && answer(op, 0);
  }
  bool lent = op.data != nullptr;
  size = std::min(size, lent ? op.size : BlockPool::block_size);
  Random& random = system_.fabric().random;
  if (random.chance(connection_->link().short_reads)) size = random.between(1, size);
  if (!lent) op.received(system_.blocks(), system_.blocks().take());
  size = connection_->read(side_, {op.data, size});
  return answer(op, static_cast<int>(size));
}

bool StreamSocket::send(Op& op) {
  if (!connection_) return answer(op, -EPIPE);
  if (op.handles && !op.handles->empty()) return answer(op, -EOPNOTSUPP);
  if (take_error(op)) return true;
  bool peer_gone = connection_->is_local() && !connection_->peer_open(side_);
  if (side().dead || connection_->has_ended(side_) || peer_gone) return answer(op, -EPIPE);
  std::size_t size = op.size;
  Random& random = system_.fabric().random;
  if (size > 1 && random.chance(connection_->link().short_writes)) {
    size = random.between(1, size - 1);
    system_.progress_soon(op.handle);
  }
  op.sent(connection_->write(side_, op.bytes().first(size)));
  return op.size == 0 && answer(op, 0);
}

bool StreamSocket::poll(Op& op) {
  if (!connection_) return answer(op, 0);  // hung up, says the kernel
  if (side().error != 0 || side().dead) return answer(op, 0);
  bool ready = op.for_writing ? side().established && connection_->room(side_) > 0
                              : connection_->readable(side_) > 0 || connection_->ended(side_);
  return ready && answer(op, 0);
}

SocketRow StreamSocket::row() const {
  SocketRow row;
  row.protocol = family_ == Family::ipv4 ? "tcp" : family_ == Family::ipv6 ? "tcp6" : "unix";
  row.local = local_address().text();
  if (!connection_) {
    row.state = "CLOSED";
    return row;
  }
  row.peer = connection_->side(1 - side_).address.text();
  row.received = connection_->readable(side_);
  row.unsent = connection_->unsent(side_);
  bool sent = connection_->has_ended(side_);
  bool got = connection_->ended(side_);
  row.state = side().dead           ? "CLOSED"
              : !side().established ? "SYN_SENT"
              : sent && got         ? "LAST_ACK"
              : sent                ? "FIN_WAIT"
              : got                 ? "CLOSE_WAIT"
                                    : "ESTABLISHED";
  return row;
}

}  // namespace bowline::sim
