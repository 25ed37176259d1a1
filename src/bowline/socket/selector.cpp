#include "bowline/socket/selector.h"

#include "bowline/base/error.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>
#include <utility>

namespace bowline {
namespace {

constexpr int ready_max = 256;  // as many are taken at once; the others come next

bool has(Events events, Events one) {
  return (events & one) != Events::none;
}

// Hang-ups are told of in any case: of those that wait for nothing, only once.
std::uint32_t system_events(Events events) {
  if (events == Events::none) return EPOLLONESHOT;
  return (has(events, Events::read) ? EPOLLIN : 0u) | (has(events, Events::write) ? EPOLLOUT : 0u);
}

// Whatever is neither is an error or a hang-up, which both directions should see.
Events found_events(std::uint32_t found) {
  Events events = Events::none;
  if (found & ~std::uint32_t{EPOLLOUT}) events = events | Events::read;
  if (found & ~std::uint32_t{EPOLLIN}) events = events | Events::write;
  return events;
}

// epoll_wait(2) counts in milliseconds: rounded up, so that it never wakes before the deadline.
int milliseconds(Deadline deadline) {
  if (deadline.time() == never) return -1;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline.remaining()).count();
  return static_cast<int>(std::min<decltype(left)>(left, std::numeric_limits<int>::max()));
}

Error failure(int number, const char* verb, int fd, std::string_view advice) {
  return make_error(number, std::string(verb) + " descriptor " + std::to_string(fd), advice);
}

}  // namespace

SelectorBase::SelectorBase() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_.valid())
    throw make_error(errno, "open a selector", os::advice(os::Action::open, {}, errno));
}

SelectorBase::~SelectorBase() = default;

int SelectorBase::control(int operation, const Entry& entry) const {
  epoll_event event{};
  event.events = system_events(entry.events);
  event.data.u64 = std::uint64_t{entry.number} << 32 | static_cast<std::uint32_t>(entry.fd);
  return ::epoll_ctl(epoll_.get(), operation, entry.fd, &event) < 0 ? -errno : 0;
}

SelectorBase::Entry& SelectorBase::add(int fd, Events events, std::unique_ptr<Entry> entry) {
  entry->fd = fd;
  entry->events = events;
  entry->number = next_number_++;
  int result = control(EPOLL_CTL_ADD, *entry);
  if (result == -EBADF) throw failure(EBADF, "register", fd, "the socket is closed");
  if (result == -EPERM) throw failure(EPERM, "register", fd, "a plain file is always ready");
  if (result < 0) throw failure(-result, "register", fd, "");
  auto index = static_cast<std::size_t>(fd);
  if (index >= entries_.size()) entries_.resize(index + 1);
  // The system has forgotten what had this number: it was closed without being unregistered.
  if (entries_[index]) retire(entries_[index]);
  entry->registered = true;
  ++count_;
  entries_[index] = std::move(entry);
  return *entries_[index];
}

SelectorBase::Entry& SelectorBase::find(int fd) const {
  auto index = static_cast<std::size_t>(fd);
  if (fd < 0 || index >= entries_.size() || !entries_[index]) {
    throw failure(ENOENT, "find", fd, "it is not registered, or was closed before");
  }
  return *entries_[index];
}

void SelectorBase::modify(int fd, Events events) {
  Entry& entry = find(fd);
  if (entry.events == events) return;
  Events before = std::exchange(entry.events, events);
  int result = control(EPOLL_CTL_MOD, entry);
  if (result == 0) return;
  entry.events = before;
  throw failure(-result, "modify", fd, "");
}

void SelectorBase::unregister(int fd) {
  Entry& entry = find(fd);
  // Closing has done it already if the socket was closed first: then this fails, as it may.
  control(EPOLL_CTL_DEL, entry);
  retire(entries_[static_cast<std::size_t>(fd)]);
}

void SelectorBase::retire(std::unique_ptr<Entry>& place) {
  place->registered = false;
  --count_;
  retired_.push_back(std::move(place));
}

const std::vector<SelectorBase::Entry*>& SelectorBase::wait(Deadline deadline) {
  ready_.clear();
  // What goes here may run code of the user's, which may use this selector.
  std::exchange(retired_, {}).clear();
  do {
    collect(milliseconds(deadline));
  } while (ready_.empty() && !deadline.expired());
  return ready_;
}

void SelectorBase::collect(int wait) {
  epoll_event found[ready_max];
  int count = ::epoll_wait(epoll_.get(), found, ready_max, wait);
  if (count < 0 && errno != EINTR) throw make_error(errno, "wait for sockets");
  for (int index = 0; index < count; ++index) {
    auto fd = static_cast<std::size_t>(found[index].data.u64 & 0xFFFFFFFF);
    // A descriptor that lives on elsewhere after it was closed here is still heard of.
    Entry* entry = fd < entries_.size() ? entries_[fd].get() : nullptr;
    if (!entry || entry->number != found[index].data.u64 >> 32) continue;
    entry->ready = found_events(found[index].events) & entry->events;
    if (entry->ready != Events::none) ready_.push_back(entry);
  }
}

}  // namespace bowline
