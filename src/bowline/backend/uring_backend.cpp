#include "bowline/backend/uring_backend.h"

#include "bowline/backend/socket_io.h"
#include "bowline/base/check.h"
#include "bowline/os/clock.h"
#include "bowline/os/socket_calls.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace bowline {
namespace {

using Kind = Op::Kind;

constexpr unsigned submission_entries = 4096;
constexpr unsigned completion_entries = 32768;
// User data that is not an Op: of requests whose completion means nothing, and of the wake-up.
constexpr std::uint64_t nobody = 0;
constexpr std::uint64_t waker = 1;

int open_ring(io_uring& ring) {
  io_uring_params parameters{};
  // Disabled at first: a ring belongs to the thread that enables it, which is to be the loop's.
  parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                     IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP |
                     IORING_SETUP_R_DISABLED;
  parameters.cq_entries = completion_entries;
  return io_uring_queue_init_params(submission_entries, &ring, &parameters);
}

__kernel_timespec time_until(Time until, Time now) {
  Duration wait = std::max(Duration(), until - now);
  auto seconds = std::chrono::floor<std::chrono::seconds>(wait);
  return {seconds.count(), (wait - seconds).count()};
}

}  // namespace

std::unique_ptr<UringBackend> UringBackend::make(Duration spin) {
  io_uring ring;
  if (open_ring(ring) < 0) return nullptr;
  std::unique_ptr<UringBackend> backend(new UringBackend(ring, spin));
  if (backend->buffers_.attach(backend->ring_) < 0) return nullptr;
  return backend;
}

// The sockets block, for the calls that the kernel makes on its own: on others it would give up
// where it should wait. Direct calls say MSG_DONTWAIT.
UringBackend::UringBackend(const io_uring& ring, Duration spin)
    : KernelBackend(0), spin_(spin), ring_(ring) {}

UringBackend::~UringBackend() {
  io_uring_queue_exit(&ring_);
}

void UringBackend::start() {
  started_ = true;
  // io_uring_enable_rings() is missing in the shared library of liburing 2.3.
  unsigned fd = static_cast<unsigned>(ring_.ring_fd);
  BOWLINE_CHECK(io_uring_register(fd, IORING_REGISTER_ENABLE_RINGS, nullptr, 0) == 0);
  watch_wake();
}

void UringBackend::watch_wake() {
  io_uring_prep_poll_add(&request(waker), wake_handle(), POLLIN);
}

io_uring_sqe& UringBackend::request(std::uint64_t user_data) {
  if (!started_) start();
  io_uring_sqe* entry = io_uring_get_sqe(&ring_);
  while (!entry) {
    io_uring_submit(&ring_);
    entry = io_uring_get_sqe(&ring_);
  }
  entry->user_data = user_data;
  return *entry;
}

bool UringBackend::submit(Op& op) {
  op.ending = false;
  return begin(op);
}

// A cancel that came when the last request was over has found nothing in the ring to end: then no
// other begins.
bool UringBackend::begin(Op& op) {
  if (op.ending) return answer(op, -ECANCELED);
  switch (op.kind) {
    case Kind::receive:
      return begin_receive(op);
    case Kind::send:
      return begin_send(op);
    case Kind::accept:
      return accept(op);
    case Kind::connect:
      return begin_connect(op);
    case Kind::poll:
      return await_readiness(op, op.for_writing ? POLLOUT : POLLIN);
    case Kind::end:
      return answer(op, os::shutdown_socket(op.handle, SHUT_WR));
    case Kind::resolve:
      return resolver().submit(op);
    case Kind::receive_datagram:
    case Kind::receive_datagrams:
      return await_readiness(op, POLLIN);
    case Kind::send_datagrams:
      return send_datagrams(op);
  }
  BOWLINE_CHECK(false);
  return true;
}

bool UringBackend::await_readiness(Op& op, unsigned events) {
  if (op.ending) return answer(op, -ECANCELED);
  io_uring_prep_poll_add(&request(op), op.handle, events);
  return false;
}

bool UringBackend::begin_receive(Op& op) {
  if (op.data && op.handles) return await_readiness(op, POLLIN);
  io_uring_sqe& entry = request(op);
  std::size_t size = op.data ? op.size : RingPool::buffer_size;
  io_uring_prep_recv(&entry, op.handle, op.data, size, 0);
  // Usually nothing is there yet, and the kernel need not look before it waits.
  entry.ioprio |= IORING_RECVSEND_POLL_FIRST;
  if (!op.data) {
    entry.flags |= IOSQE_BUFFER_SELECT;
    entry.buf_group = RingPool::group;
  }
  return false;
}

bool UringBackend::begin_connect(Op& op) {
  if (op.address->family() == Family::local) {
    int result = os::connect_to(op.handle, *op.address);
    if (result == 0) result = os::set_nonblocking(op.handle, false);
    return answer(op, result);
  }
  os::SocketAddress& to = destinations_[&op] = os::to_system(*op.address);
  io_uring_prep_connect(&request(op), op.handle, to.get(), to.size);
  return false;
}

// One answer leaves at once; those to many that came together leave together, in the loop's one
// system call.
bool UringBackend::begin_send(Op& op) {
  op.queued = io_uring_cq_ready(&ring_) > 0 && op.size > 0 && !op.handles;
  if (!op.queued) return send(op);
  io_uring_prep_send(&request(op), op.handle, op.data, op.size, MSG_NOSIGNAL | MSG_WAITALL);
  return false;
}

// The rest of what the kernel could send, if there is one, goes as if it had not been queued.
bool UringBackend::complete_queued(Op& op, int result) {
  op.queued = false;
  if (result < 0 && result != -EAGAIN && result != -EINTR) return answer(op, result);
  if (result > 0) op.sent(static_cast<std::size_t>(result));
  return op.size > 0 ? send(op) : answer(op, 0);
}

bool UringBackend::send(Op& op) {
  return send_now(op) || await_readiness(op, POLLOUT);
}

bool UringBackend::accept(Op& op) {
  return accept_now(op, false) || await_readiness(op, POLLIN);
}

bool UringBackend::receive_datagrams(Op& op) {
  bool drained = false;
  bool answered = op.kind == Kind::receive_datagram ? messages_.receive_one(op)
                                                    : messages_.receive(op, drained);
  return answered || await_readiness(op, POLLIN);
}

bool UringBackend::send_datagrams(Op& op) {
  return messages_.send(op) || await_readiness(op, POLLOUT);
}

void UringBackend::cancel(Op& op) {
  if (op.kind == Kind::resolve) return resolver().cancel(op);
  op.ending = true;
  io_uring_prep_cancel64(&request(nobody), reinterpret_cast<std::uint64_t>(&op), 0);
}

void UringBackend::wait(Time until) {
  if (!started_) start();
  buffers_.publish();
  auto look = [this] {
    // The kernel takes requests of a ring from one thread only: a loop may not change its own.
    BOWLINE_CHECK(io_uring_submit_and_get_events(&ring_) != -EEXIST);
    return io_uring_cq_ready(&ring_);
  };
  if (!answered_.empty() || until == Time()) {
    look();
  } else {
    auto who = [this] {
      io_uring_cqe* only = nullptr;
      return io_uring_peek_cqe(&ring_, &only) == 0 ? only->user_data : 0;
    };
    spin_.wait(
        until, look, [this, until] { return sleep(until); }, who);
  }
}

unsigned UringBackend::sleep(Time until) {
  int result;
  do {
    if (until == never) {
      result = io_uring_submit_and_wait(&ring_, 1);
    } else {
      __kernel_timespec time = time_until(until, os::now());
      io_uring_cqe* first = nullptr;
      result = io_uring_submit_and_wait_timeout(&ring_, &first, 1, &time, nullptr);
    }
  } while (result == -EINTR && io_uring_cq_ready(&ring_) == 0);
  return io_uring_cq_ready(&ring_);
}

Op* UringBackend::next() {
  io_uring_cqe* entry = nullptr;
  while (io_uring_peek_cqe(&ring_, &entry) == 0) {
    std::uint64_t about = entry->user_data;
    int result = entry->res;
    unsigned flags = entry->flags;
    io_uring_cqe_seen(&ring_, entry);
    if (io_uring_peek_cqe(&ring_, &entry) == 0) {
      fetch(reinterpret_cast<const Op*>(entry->user_data));  // which may be none: it is not read
    }
    if (about == waker) {
      woken(answered_);
      watch_wake();
    } else if (about != nobody) {
      Op& op = *reinterpret_cast<Op*>(about);
      if (complete(op, result, flags)) return &op;
    }
  }
  return static_cast<Op*>(answered_.pop());
}

// What the end of its request means for `op`: false when it has to wait for another.
bool UringBackend::complete(Op& op, int result, unsigned flags) {
  if (op.kind == Kind::receive) return complete_receive(op, result, flags);
  if (op.kind == Kind::send && op.queued) return complete_queued(op, result);
  if (op.kind == Kind::connect) destinations_.erase(&op);
  // The request did nothing, for a signal or, on terminals, for a wake-up that was none: again.
  if (result == -EINTR || (result == -EINVAL && op.kind == Kind::poll)) return begin(op);
  if (result < 0) return answer(op, result);
  if (op.kind == Kind::send) return send(op);
  if (op.kind == Kind::accept) return accept(op);
  if (op.kind == Kind::send_datagrams) return send_datagrams(op);
  bool for_datagrams = op.kind == Kind::receive_datagram || op.kind == Kind::receive_datagrams;
  return for_datagrams ? receive_datagrams(op) : answer(op, 0);
}

bool UringBackend::receive_directly(Op& op) {
  bool drained = false;
  return receive_now(op, blocks_, drained);
}

bool UringBackend::complete_receive(Op& op, int result, unsigned flags) {
  if (op.data && op.handles && result > 0) {
    return receive_directly(op) || await_readiness(op, POLLIN);
  }
  if (flags & IORING_CQE_F_BUFFER) {
    std::byte* memory = buffers_.buffer(flags >> IORING_CQE_BUFFER_SHIFT);
    if (result <= 0) {
      buffers_.give_back(memory);
    } else {
      op.received(buffers_, memory);
    }
  }
  // All buffers of the ring are held by those who handle what came in them: a block then.
  if (result == -ENOBUFS && !op.data) {
    buffers_.ran_out();
    return receive_directly(op) || begin(op);
  }
  return answer(op, result);
}

}  // namespace bowline
