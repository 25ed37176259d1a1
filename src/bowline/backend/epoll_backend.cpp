#include "bowline/backend/epoll_backend.h"

#include "bowline/base/check.h"
#include "bowline/os/address.h"
#include "bowline/os/clock.h"
#include "bowline/os/socket_calls.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace bowline {
namespace {

using Kind = Op::Kind;

bool writes(const Op& op) {
  return op.kind == Kind::send || op.kind == Kind::connect ||
         (op.kind == Kind::poll && op.for_writing);
}

bool would_block(int result) {
  return result == -EAGAIN || result == -EWOULDBLOCK;
}

bool answer(Op& op, int result) {
  op.result = result;
  return true;
}

// For epoll_wait(2), whose unit is the millisecond: rounded up, so that nothing wakes early.
int milliseconds_until(Time until, Time now) {
  if (until <= now) return 0;
  auto wait = std::chrono::ceil<std::chrono::milliseconds>(until - now);
  return static_cast<int>(std::min<std::int64_t>(wait.count(), 1'000'000'000));
}

// recv(2) that sets `cut` when the kernel ended the read short of what is there: at bytes that came
// with descriptors, which nobody wanted here (unix(7)).
int receive_plain(Handle handle, MutableBytes room, bool& cut) {
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

int send_bytes(Op& op) {
  Bytes rest(op.data + op.done, op.size - op.done);
  // What is passed beside the bytes travels with the first of them.
  if (op.handles && op.done == 0) {
    return os::send_with_handles(op.handle, rest, *op.handles, MSG_DONTWAIT);
  }
  return os::send_bytes(op.handle, rest, MSG_DONTWAIT);
}

bool is_local(Handle handle) {
  int domain = 0;
  return os::option(handle, SOL_SOCKET, SO_DOMAIN, domain) == 0 && domain == AF_UNIX;
}

}  // namespace

EpollBackend::EpollBackend() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  BOWLINE_CHECK(epoll_ >= 0);
  // Only for reading: to read the counter makes it writable, which would wake again.
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = static_cast<std::uint32_t>(wake_handle());
  BOWLINE_CHECK(::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_handle(), &event) == 0);
}

EpollBackend::~EpollBackend() {
  ::close(epoll_);
}

EpollBackend::Slot& EpollBackend::slot(Handle handle) {
  std::size_t page = static_cast<std::size_t>(handle) / std::tuple_size_v<Page>;
  if (page >= pages_.size()) pages_.resize(page + 1);
  if (!pages_[page]) pages_[page] = std::make_unique<Page>();
  return (*pages_[page])[static_cast<std::size_t>(handle) % std::tuple_size_v<Page>];
}

int EpollBackend::register_handle(Handle handle, Slot& slot) {
  if (slot.registered) return 0;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;
  event.data.u64 = std::uint64_t(slot.generation) << 32 | static_cast<std::uint32_t>(handle);
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, handle, &event) != 0) {
    if (errno != EPERM) return -errno;
    slot.always_ready = true;
  }
  slot.registered = true;
  slot.local = is_local(handle);
  slot.writable = true;  // it nearly always is: sending finds out otherwise
  return 0;
}

void EpollBackend::release(Handle handle) {
  if (slot(handle).registered) ::epoll_ctl(epoll_, EPOLL_CTL_DEL, handle, nullptr);
  forget(handle);
}

void EpollBackend::forget(Handle handle) {
  Slot& known = slot(handle);
  BOWLINE_CHECK(!known.reader && !known.writer);
  // A closed descriptor leaves epoll by itself, but not one that lives on somewhere else.
  std::uint32_t generation = known.generation + 1;
  known = Slot();
  known.generation = generation;
}

bool EpollBackend::submit(Op& op) {
  if (op.kind == Kind::resolve) return resolver().submit(op);
  if (op.handle < 0) return answer(op, -EBADF);
  Slot& known = slot(op.handle);
  if (op.kind == Kind::end) return answer(op, os::shutdown_socket(op.handle, SHUT_WR));
  if (op.kind != Kind::connect) {
    // A connecting socket is registered only once it connects: before, epoll calls it hung up.
    if (int result = register_handle(op.handle, known); result < 0) return answer(op, result);
  }
  Op*& place = writes(op) ? known.writer : known.reader;
  BOWLINE_CHECK(!place);  // one Op a direction: what two would get is anyone's guess
  if (perform(op, known)) return true;
  place = &op;
  return false;
}

void EpollBackend::cancel(Op& op) {
  if (op.kind == Kind::resolve) return resolver().cancel(op);
  Slot& known = slot(op.handle);
  Op*& place = writes(op) ? known.writer : known.reader;
  if (place != &op) return;  // answered already, and on its way to the loop
  place = nullptr;
  op.result = -ECANCELED;
  answered_.push(op);
}

// Does what `op` asks as far as it can be done now; true when that answers it.
bool EpollBackend::perform(Op& op, Slot& known) {
  switch (op.kind) {
    case Kind::receive:
      return known.readable && receive(op, known);
    case Kind::send:
      return known.writable && send(op, known);
    case Kind::accept:
      return accept(op, known);
    case Kind::connect:
      return connect(op, known);
    case Kind::poll:
      return poll(op, known);
    case Kind::end:
    case Kind::resolve:
      break;
  }
  BOWLINE_CHECK(false);
  return true;
}

// A short read has drained the socket (epoll(7)), unless the kernel had another reason to stop
// there; and its end comes without another edge.
int EpollBackend::receive_bytes(Op& op, MutableBytes room, Slot& known) {
  bool cut = known.urgent;
  int result;
  if (op.data && op.handles) {
    result = receive_passed(op, room, cut);
  } else if (known.local) {
    result = receive_plain(op.handle, room, cut);
  } else {
    result = os::receive_bytes(op.handle, room, MSG_DONTWAIT);
  }
  bool drained = result > 0 && static_cast<std::size_t>(result) < room.size() && !cut;
  if (drained) known.readable = known.ended;
  return result;
}

bool EpollBackend::receive(Op& op, Slot& known) {
  bool lent = op.data != nullptr;
  std::byte* memory = lent ? op.data : blocks_.take();
  std::size_t size = lent ? op.size : BlockPool::block_size;
  int result = receive_bytes(op, {memory, size}, known);
  if (would_block(result)) known.readable = known.ended = false;
  if (result > 0 && !lent) {
    op.data = memory;
    op.pool = &blocks_;
  }
  if (result <= 0 && !lent) blocks_.give_back(memory);
  return !would_block(result) && answer(op, result);
}

bool EpollBackend::send(Op& op, Slot& known) {
  do {
    int result = send_bytes(op);
    if (would_block(result)) return known.writable = false;
    if (result < 0) return answer(op, result);
    op.done += static_cast<std::size_t>(result);
  } while (op.done < op.size);
  return answer(op, 0);
}

bool EpollBackend::accept(Op& op, Slot& known) {
  if (!known.readable) return false;
  int result;
  do {
    result = os::accept_from(op.handle, op.address, true);
  } while (result == -ECONNABORTED);  // that one went away again: the next
  if (would_block(result)) return known.readable = false;
  return answer(op, result);
}

bool EpollBackend::connect(Op& op, Slot& known) {
  if (!known.registered) {
    int result = os::connect_to(op.handle, *op.address);
    if (result != -EINPROGRESS) {
      if (result == 0) result = register_handle(op.handle, known);
      return answer(op, result);
    }
    result = register_handle(op.handle, known);
    known.writable = false;
    return result < 0 && answer(op, result);
  }
  if (!known.writable && !known.ended) return false;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(op.handle, SOL_SOCKET, SO_ERROR, &error, &size);
  return answer(op, -error);
}

// Readiness of a descriptor that others read or write, how far is not known here: so the kernel is
// asked, and an edge only says when to ask again.
bool EpollBackend::poll(Op& op, Slot& known) {
  short wanted = op.for_writing ? POLLOUT : POLLIN;
  pollfd state{op.handle, wanted, 0};
  return known.always_ready || (::poll(&state, 1, 0) > 0 && answer(op, 0));
}

void EpollBackend::wait(Time until) {
  int wait = -1;
  if (!answered_.empty()) wait = 0;
  if (wait < 0 && until != never) wait = milliseconds_until(until, os::now());
  event_index_ = 0;
  event_count_ = std::max(0, ::epoll_wait(epoll_, events_.data(), int(events_.size()), wait));
}

void EpollBackend::note(std::uint32_t events, Slot& known) {
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) known.ended = true;
  if (events & EPOLLPRI) known.urgent = true;
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) known.readable = true;
  if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) known.writable = true;
}

// Sockets are read when their turn comes and not before: what came is then handled while it is hot,
// in the one block that the last socket just gave back.
Op* EpollBackend::next() {
  while (event_index_ < event_count_) {
    const epoll_event& event = events_[static_cast<std::size_t>(event_index_)];
    auto handle = static_cast<Handle>(event.data.u64 & 0xffffffff);
    Slot& known = slot(handle);
    bool stale = known.generation != event.data.u64 >> 32;
    if (!stale && !reader_seen_) note(event.events, known);
    if (handle == wake_handle() && !reader_seen_) woken(answered_);
    if (!stale && !reader_seen_) {
      reader_seen_ = true;
      if (Op* op = known.reader; op && perform(*op, known)) {
        known.reader = nullptr;
        return op;
      }
    }
    reader_seen_ = false;
    ++event_index_;
    if (Op* op = stale ? nullptr : known.writer; op && perform(*op, known)) {
      known.writer = nullptr;
      return op;
    }
  }
  return static_cast<Op*>(answered_.pop());
}

}  // namespace bowline
