#include "bowline/sim/socket.h"

#include "bowline/base/check.h"
#include "bowline/sim/sim_backend.h"

#include <cerrno>
#include <utility>

namespace bowline::sim {

Socket::~Socket() {
  BOWLINE_CHECK(is_idle());
}

Op*& Socket::place(const Op& op) {
  bool writes = op.kind == Op::Kind::send || op.kind == Op::Kind::connect ||
                op.kind == Op::Kind::send_datagrams ||
                (op.kind == Op::Kind::poll && op.for_writing);
  return writes ? writer_ : reader_;
}

bool Socket::submit(Op& op) {
  if (op.kind == Op::Kind::end) return perform(op);  // which never waits
  BOWLINE_CHECK(!place(op));  // one Op a direction: what two would get is anyone's guess
  bool answered = perform(op);
  if (!answered) place(op) = &op;
  settle();
  return answered;
}

void Socket::cancel(Op& op) {
  if (place(op) != &op) return;  // answered already, and on its way to the loop
  place(op) = nullptr;
  op.result = -ECANCELED;
  system_.answered(op);
}

void Socket::progress() {
  for (Op** waiting : {&reader_, &writer_}) {
    if (*waiting && perform(**waiting)) system_.answered(*std::exchange(*waiting, nullptr));
  }
  settle();
}

int Socket::peer_address(Address&) const {
  return -ENOTCONN;
}

bool Socket::answer(Op& op, int result) {
  op.result = result;
  return true;
}

}  // namespace bowline::sim
