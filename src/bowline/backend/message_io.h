// The system calls on datagrams, many at a time (recvmmsg(2), sendmmsg(2)), which the kernel's
// backends share. As in socket_io.h: true when `op` is answered, false when it has to wait.
#pragma once

#include "bowline/backend/block_pool.h"
#include "bowline/backend/op.h"

#include <memory>

namespace bowline {

class MessageIo {
 public:
  MessageIo();
  ~MessageIo();

  // The kinds receive_datagram, receive_datagrams and send_datagrams. `drained` turns true when
  // fewer came than could have: the socket holds no more.
  bool receive_one(Op& op);
  bool receive(Op& op, bool& drained);
  bool send(Op& op);

 private:
  struct Incoming;
  struct Leaving;
  bool give(Op& op, std::size_t count);

  // Each datagram has a block of its own, of which only the pages that it fills are ever touched.
  BlockPool blocks_;
  // What the calls are made with, kept ready between them; made when the first datagram is.
  std::unique_ptr<Incoming> incoming_;
  std::unique_ptr<Leaving> leaving_;
};

}  // namespace bowline
