#include "bowline/backend/epoll_backend.h"

#include "bowline/backend/socket_io.h"
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
  return op.kind == Kind::send || op.kind == Kind::connect || op.kind == Kind::send_datagrams ||
         (op.kind == Kind::poll && op.for_writing);
}

// For epoll_wait(2), whose unit is the millisecond: rounded up, so that nothing wakes early.
int milliseconds_until(Time until, Time now) {
  if (until <= now) return 0;
  auto wait = std::chrono::ceil<std::chrono::milliseconds>(until - now);
  return static_cast<int>(std::min<std::int64_t>(wait.count(), 1'000'000'000));
}

}  // namespace

EpollBackend::EpollBackend(Duration spin)
    : KernelBackend(SOCK_NONBLOCK), spin_(spin), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
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

EpollBackend::Slot& EpollBackend::new_slot(std::size_t index) {
  std::size_t page = index / std::tuple_size_v<Page>;
  if (page >= pages_.size()) pages_.resize(page + 1);
  if (!pages_[page]) pages_[page] = std::make_unique<Page>();
  return (*pages_[page])[index % std::tuple_size_v<Page>];
}

int EpollBackend::register_handle(Handle handle, Slot& slot) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;
  event.data.u64 = std::uint64_t(slot.generation) << 32 | static_cast<std::uint32_t>(handle);
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, handle, &event) != 0) {
    if (errno != EPERM) return -errno;
    slot.always_ready = true;
  }
  slot.registered = true;
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
  // A connecting socket is registered only once it connects: before, epoll calls it hung up.
  if (!known.registered && op.kind != Kind::connect) {
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
    case Kind::receive_datagram:
    case Kind::receive_datagrams:
      return known.readable && receive_datagrams(op, known);
    case Kind::send_datagrams:
      return (known.writable || op.at_once) && send_datagrams(op, known);
    case Kind::end:
    case Kind::resolve:
      break;
  }
  BOWLINE_CHECK(false);
  return true;
}

// After an error (POLLERR) fewer than could have come do not mean that there are no more: the call
// may have ended at that error, which is then for the next one.
bool EpollBackend::receive_datagrams(Op& op, Slot& known) {
  bool drained = false;
  bool answered = op.kind == Kind::receive_datagram ? messages_.receive_one(op)
                                                    : messages_.receive(op, drained);
  if (!answered || (drained && !known.ended)) known.readable = known.ended = false;
  return answered;
}

bool EpollBackend::send_datagrams(Op& op, Slot& known) {
  bool answered = messages_.send(op);
  if (!answered) known.writable = false;
  return answered;
}

bool EpollBackend::receive(Op& op, Slot& known) {
  bool drained = false;
  bool answered = receive_now(op, blocks_, drained);
  if (!answered) known.readable = known.ended = false;
  // The end of the stream comes without another edge.
  if (drained && !known.urgent) known.readable = known.ended;
  return answered;
}

bool EpollBackend::send(Op& op, Slot& known) {
  bool answered = send_now(op);
  if (!answered) known.writable = false;
  return answered;
}

bool EpollBackend::accept(Op& op, Slot& known) {
  if (!known.readable) return false;
  bool answered = accept_now(op, true);
  if (!answered) known.readable = false;
  return answered;
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

// Collects what is ready; waits up to so many milliseconds for it, or without end when negative.
// False when it was interrupted: by a signal, or by the end of another thread's or an old io_uring.
bool EpollBackend::collect(int milliseconds) {
  event_index_ = 0;
  int size = static_cast<int>(events_.size());
  int count = ::epoll_wait(epoll_, events_.data(), size, milliseconds);
  event_count_ = std::max(0, count);
  return count >= 0;
}

void EpollBackend::wait(Time until) {
  auto look = [this] {
    collect(0);
    return static_cast<unsigned>(event_count_);
  };
  auto sleep = [this, until] {
    while (!collect(until == never ? -1 : milliseconds_until(until, os::now()))) continue;
    return static_cast<unsigned>(event_count_);
  };
  if (!answered_.empty() || until == Time()) {
    look();
  } else {
    spin_.wait(until, look, sleep, [this] { return 1 + events_.front().data.u64; });
  }
}

void EpollBackend::note(std::uint32_t events, Slot& known) {
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) known.ended = true;
  if (events & EPOLLPRI) known.urgent = true;
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) known.readable = true;
  if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) known.writable = true;
}

// First the slot of the event after the next, and when that has come its reader.
void EpollBackend::look_ahead() {
  auto slot_of = [this](int index) -> Slot& {
    return slot(handle_of(events_[static_cast<std::size_t>(index)]));
  };
  if (event_index_ + 2 < event_count_) __builtin_prefetch(&slot_of(event_index_ + 2));
  if (event_index_ + 1 < event_count_) fetch(slot_of(event_index_ + 1).reader);
}

// Sockets are read when their turn comes and not before: what came is then handled while it is hot,
// in the one block that the last socket just gave back.
Op* EpollBackend::next() {
  while (event_index_ < event_count_) {
    const epoll_event& event = events_[static_cast<std::size_t>(event_index_)];
    look_ahead();
    Handle handle = handle_of(event);
    Slot& known = slot(handle);
    bool stale = known.generation != event.data.u64 >> 32;
    if (!stale && !reader_seen_) {
      note(event.events, known);
      if (handle == wake_handle()) woken(answered_);
      if (Op* op = known.reader; op && perform(*op, known)) {
        known.reader = nullptr;
        reader_seen_ = known.writer != nullptr;
        if (!reader_seen_) ++event_index_;
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
