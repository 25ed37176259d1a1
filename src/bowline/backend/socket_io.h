// The calls on sockets that answer an Op at once if they can, which the kernel's backends share.
// Each is true when `op` is answered; false means that it has to wait, and be called again.
#pragma once

#include "bowline/backend/block_pool.h"
#include "bowline/backend/op.h"

namespace bowline {

inline bool answer(Op& op, int result) {
  op.result = result;
  return true;
}

// Sends what is left of `op`, as much as the socket takes.
bool send_now(Op& op);

// Receives into the memory of `op`, or into a block of `blocks` when it brings none. `drained`
// turns true when the socket is known to hold no more: a short read says so (epoll(7)), unless the
// kernel stopped at bytes that came with descriptors (unix(7)).
bool receive_now(Op& op, BlockPool& blocks, bool& drained);

// Accepts the next connection that is still there.
bool accept_now(Op& op, bool nonblocking);

}  // namespace bowline
