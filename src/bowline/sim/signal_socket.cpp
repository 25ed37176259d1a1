#include "bowline/sim/signal_socket.h"

#include <algorithm>
#include <cerrno>

namespace bowline::sim {

bool SignalSocket::add(int number) {
  if (std::find(signals_.begin(), signals_.end(), number) == signals_.end()) return false;
  pending_.push_back(number);
  progress();
  return true;
}

int SignalSocket::read() {
  if (pending_.empty()) return -EAGAIN;
  int number = pending_.front();
  pending_.erase(pending_.begin());
  return number;
}

SocketRow SignalSocket::row() const {
  SocketRow row;
  row.protocol = "signal";
  row.received = pending_.size();
  return row;
}

bool SignalSocket::perform(Op& op) {
  if (op.kind != Op::Kind::poll) return answer(op, -EINVAL);
  return !pending_.empty() && answer(op, 0);
}

}  // namespace bowline::sim
