#include "bowline/sim/listener_socket.h"

#include "bowline/sim/sim_backend.h"
#include "bowline/sim/stream_socket.h"

#include <cerrno>

namespace bowline::sim {

void ListenerSocket::add(std::shared_ptr<Connection> connection) {
  waiting_.push_back(std::move(connection));
  progress();
}

void ListenerSocket::close() {
  system_.stop_listening(*this);
  for (std::shared_ptr<Connection>& connection : waiting_) connection->close(1, true);
  waiting_.clear();
}

void ListenerSocket::vanish() {
  system_.stop_listening(*this);
  for (std::shared_ptr<Connection>& connection : waiting_) connection->vanish(1);
  waiting_.clear();
}

bool ListenerSocket::perform(Op& op) {
  if (op.kind == Op::Kind::accept) return accept(op);
  if (op.kind == Op::Kind::poll) return !waiting_.empty() && answer(op, 0);
  return answer(op, -ENOTCONN);
}

// The connection stays in the queue while there is no handle for it, as with the kernel.
bool ListenerSocket::accept(Op& op) {
  if (waiting_.empty()) return false;
  if (int failure = system_.rules().accept_error; failure != 0) return answer(op, -failure);
  if (!system_.has_handle_left()) return answer(op, -EMFILE);
  std::shared_ptr<Connection> connection = std::move(waiting_.front());
  waiting_.pop_front();
  if (op.address) *op.address = connection->side(0).address;
  return answer(op, system_.add(std::make_unique<StreamSocket>(system_, std::move(connection))));
}

SocketRow ListenerSocket::row() const {
  SocketRow row;
  row.protocol = address_.family() == Family::ipv4   ? "tcp"
                 : address_.family() == Family::ipv6 ? "tcp6"
                                                     : "unix";
  row.received = waiting_.size();
  row.local = address_.text();
  row.peer.assign(1, '*');
  row.state = "LISTEN";
  return row;
}

}  // namespace bowline::sim
