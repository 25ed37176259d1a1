#include "bowline/backend/socket_io.h"

#include "bowline/os/file_descriptor.h"
#include "bowline/os/socket_calls.h"

#include <sys/socket.h>

#include <cerrno>

namespace bowline {
namespace {

bool would_block(int result) {
  return result == -EAGAIN || result == -EWOULDBLOCK;
}

int send_bytes(Op& op) {
  // What is passed beside the bytes travels with the first of them.
  if (op.handles) return os::send_with_handles(op.handle, op.bytes(), *op.handles, MSG_DONTWAIT);
  return os::send_bytes(op.handle, op.bytes(), MSG_DONTWAIT);
}

// recv(2) that sets `cut` when the kernel ended the read short of what is there: at bytes that came
// with descriptors, which nobody wanted here.
int receive_local(Handle handle, MutableBytes room, bool& cut) {
  iovec part{room.data(), room.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  ssize_t size;
  do {
    size = ::recvmsg(handle, &message, MSG_DONTWAIT);
  } while (size < 0 && errno == EINTR);
  if (message.msg_flags & MSG_CTRUNC) cut = true;
  return size < 0 ? -errno : static_cast<int>(size);
}

int receive_passed(Op& op, MutableBytes room, bool& cut) {
  std::vector<os::FileDescriptor> passed;
  int result = os::receive_with_handles(op.handle, room, passed, MSG_DONTWAIT);
  if (!passed.empty()) cut = true;
  for (os::FileDescriptor& descriptor : passed) op.handles->push_back(descriptor.release());
  return result;
}

int receive_bytes(Op& op, MutableBytes room, bool& drained) {
  bool cut = false;
  int result;
  if (op.data && op.handles) {
    result = receive_passed(op, room, cut);
  } else if (op.local) {
    result = receive_local(op.handle, room, cut);
  } else {
    result = os::receive_bytes(op.handle, room, MSG_DONTWAIT);
  }
  drained = result > 0 && static_cast<std::size_t>(result) < room.size() && !cut;
  return result;
}

}  // namespace

bool send_now(Op& op) {
  do {
    int result = send_bytes(op);
    if (would_block(result)) return false;
    if (result < 0) return answer(op, result);
    op.sent(static_cast<std::size_t>(result));
  } while (op.size > 0);
  return answer(op, 0);
}

bool receive_now(Op& op, BlockPool& blocks, bool& drained) {
  if (op.data) {
    int result = receive_bytes(op, {op.data, op.size}, drained);
    return !would_block(result) && answer(op, result);
  }
  std::byte* memory = blocks.take();
  int result = receive_bytes(op, {memory, BlockPool::block_size}, drained);
  if (result > 0) {
    op.received(blocks, memory);
  } else {
    blocks.give_back(memory);
  }
  return !would_block(result) && answer(op, result);
}

bool accept_now(Op& op, bool nonblocking) {
  int result;
  do {
    result = os::accept_from(op.handle, op.address, nonblocking);
  } while (result == -ECONNABORTED);  // that one went away again: the next
  return !would_block(result) && answer(op, result);
}

}  // namespace bowline
