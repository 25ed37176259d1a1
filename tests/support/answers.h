// Driving a backend by hand, one Op at a time, for tests below the loop. A wait that brings nothing
// within its limit gives no answer, which the test then sees.
#pragma once

#include "bowline/backend/backend.h"
#include "bowline/os/file_descriptor.h"
#include "bowline/os/socket_calls.h"

#include <sys/socket.h>

#include <string>
#include <utility>

namespace bowline::testing {

// The backends that this build has.
inline constexpr const char* backend_names[] = {"epoll", "io_uring"};

// The next answered Op, or nullptr when there is none within `limit`.
inline Op* next_answer(Backend& backend, Duration limit = std::chrono::seconds(10)) {
  Time until = backend.now() + limit;
  for (;;) {
    if (Op* op = backend.next()) return op;
    if (backend.now() >= until) return nullptr;
    backend.wait(until);
  }
}

// True when nothing is answered, also after the backend has looked.
inline bool nothing_answered(Backend& backend) {
  return next_answer(backend, Duration::zero()) == nullptr;
}

// Submits `op` and waits for its answer; what came instead of it is lost.
inline int answer_of(Backend& backend, Op& op) {
  if (backend.submit(op)) return op.result;
  return next_answer(backend) == &op ? op.result : -ENODATA;
}

inline Op receive_op(Handle handle, MutableBytes into) {
  Op op;
  op.kind = Op::Kind::receive;
  op.handle = handle;
  op.local = true;  // it is harmless elsewhere
  op.data = into.data();
  op.size = into.size();
  return op;
}

inline Op send_op(Handle handle, Bytes bytes) {
  Op op;
  op.kind = Op::Kind::send;
  op.handle = handle;
  op.data = const_cast<std::byte*>(bytes.data());
  op.size = bytes.size();
  return op;
}

inline Op op_on(Op::Kind kind, Handle handle, Address* address = nullptr) {
  Op op;
  op.kind = kind;
  op.handle = handle;
  op.address = address;
  return op;
}

// Two connected Unix sockets: `near`, which belongs to the backend, and `far`, which blocks and is
// the test's to read and write as it likes.
struct SocketPair {
  explicit SocketPair(Backend& to, int type = SOCK_STREAM) : backend(to) {
    os::FileDescriptor near_end;
    int result = os::open_pair(type, near_end, far);
    if (result == 0) os::set_nonblocking(near_end.get(), true);
    near = near_end.release();
  }
  SocketPair(const SocketPair&) = delete;
  ~SocketPair() { close(); }

  void close() {
    if (near != no_handle) backend.close(std::exchange(near, no_handle));
  }
  void write(Bytes bytes) { os::send_bytes(far.get(), bytes); }
  std::string read(std::size_t size_max) {
    std::string text(size_max, '\0');
    int size = os::receive_bytes(far.get(), writable(text));
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
  }

  Backend& backend;
  Handle near = no_handle;
  os::FileDescriptor far;
};

}  // namespace bowline::testing
