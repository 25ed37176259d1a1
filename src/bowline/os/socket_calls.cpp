#include "bowline/os/socket_calls.h"

#include "bowline/os/address.h"
#include "bowline/os/clock.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

namespace bowline::os {
namespace {

// Makes `call` until no signal interrupts it; its value or -errno.
template <class Call>
int retried(Call call) {
  while (true) {
    auto result = call();
    if (result >= 0) return static_cast<int>(result);
    if (errno != EINTR) return -errno;
  }
}

int named(const Address& address, SocketAddress& out) {
  out = to_system(address);
  if (out.size > 0) return 0;
  return address.family() == Family::local ? -ENAMETOOLONG : -EAFNOSUPPORT;
}

iovec view(const void* data, std::size_t size) {
  return {const_cast<void*>(data), size};
}

// Room for the control message that carries descriptors, aligned as cmsg(3) asks.
struct HandleMessage {
  alignas(cmsghdr) char bytes[CMSG_SPACE(sizeof(int) * handle_count_max)] = {};
};

void take_handles(msghdr& message, std::vector<FileDescriptor>& handles) {
  for (cmsghdr* at = CMSG_FIRSTHDR(&message); at; at = CMSG_NXTHDR(&message, at)) {
    if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS) continue;
    std::size_t count = (at->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t index = 0; index < count; ++index) {
      int handle;
      std::memcpy(&handle, CMSG_DATA(at) + index * sizeof(int), sizeof handle);
      handles.emplace_back(handle);
    }
  }
}

// As much of `deadline` as is left, never less than nothing. For `never`, meaningless.
template <class Part, class Pair>
Pair time_left(Time deadline) {
  Duration left = std::max(deadline - now(), Duration::zero());
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  auto parts = std::chrono::duration_cast<Part>(left - seconds);
  return {static_cast<time_t>(seconds.count()), static_cast<long>(parts.count())};
}

int set_send_timeout(int fd, timeval wait) {
  return ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) < 0 ? -errno : 0;
}

// A Unix socket whose backlog is full can't be polled for (connect(2), EAGAIN): only the blocking
// call waits, and a send timeout ends it (socket(7)).
int connect_local(int fd, const Address& address, Time deadline) {
  if (deadline == never) return connect_to(fd, address);
  SocketAddress system;
  if (int error = named(address, system); error < 0) return error;
  int result;
  do {
    auto wait = time_left<std::chrono::microseconds, timeval>(deadline);
    if (wait.tv_sec == 0 && wait.tv_usec == 0) wait.tv_usec = 1;  // zero would mean for ever
    if (int error = set_send_timeout(fd, wait); error < 0) return error;
    result = ::connect(fd, system.get(), system.size) < 0 ? -errno : 0;
  } while (result == -EINTR && now() < deadline);
  set_send_timeout(fd, {});
  return result == -EAGAIN || result == -EINTR ? -ETIMEDOUT : result;
}

// Ends the attempt that failed or takes too long, so that the socket may connect anew (connect(2)).
void dissolve(int fd) {
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;
  ::connect(fd, &nowhere, sizeof nowhere);
}

int connect_ip(int fd, const Address& address, Time deadline) {
  int result = connect_to(fd, address);
  if (result != -EINPROGRESS) return result;
  result = wait_for(fd, POLLOUT, deadline);
  if (result >= 0) {
    int error = 0;
    result = option(fd, SOL_SOCKET, SO_ERROR, error);
    if (result == 0) result = -error;
  }
  if (result < 0) dissolve(fd);
  return result;
}

}  // namespace

int open_socket(Family family, int type, int protocol) {
  int fd = ::socket(system_family(family), type | SOCK_CLOEXEC, protocol);
  return fd < 0 ? -errno : fd;
}

int open_pair(int type, FileDescriptor& first, FileDescriptor& second) {
  int pair[2];
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) < 0) return -errno;
  first = FileDescriptor(pair[0]);
  second = FileDescriptor(pair[1]);
  return 0;
}

int bind_to(int fd, const Address& address) {
  SocketAddress system;
  if (int error = named(address, system); error < 0) return error;
  return ::bind(fd, system.get(), system.size) < 0 ? -errno : 0;
}

int listen_on(int fd, int backlog) {
  return ::listen(fd, backlog) < 0 ? -errno : 0;
}

int connect_to(int fd, const Address& address) {
  SocketAddress system;
  if (int error = named(address, system); error < 0) return error;
  bool is_local = address.family() == Family::local;
  if (is_local) return retried([&] { return ::connect(fd, system.get(), system.size); });
  if (::connect(fd, system.get(), system.size) == 0) return 0;
  return errno == EINTR ? -EINPROGRESS : -errno;
}

int connect_until(int fd, const Address& address, Time deadline) {
  // What waits in poll(2) must not block in connect(2), and what can't be polled must.
  bool is_local = address.family() == Family::local;
  int was_nonblocking = is_nonblocking(fd);
  if (was_nonblocking < 0) return was_nonblocking;
  bool nonblocking = !is_local && (was_nonblocking || deadline != never);
  if (int error = set_nonblocking(fd, nonblocking); error < 0) return error;
  int result = is_local ? connect_local(fd, address, deadline) : connect_ip(fd, address, deadline);
  set_nonblocking(fd, was_nonblocking != 0);
  return result;
}

int accept_from(int fd, Address* peer, bool nonblocking) {
  SocketAddress system;
  int flags = SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0);
  int accepted = retried([&] {
    system.size = sizeof system.storage;
    return ::accept4(fd, peer ? system.get() : nullptr, peer ? &system.size : nullptr, flags);
  });
  if (accepted >= 0 && peer) *peer = from_system(system.get(), system.size);
  return accepted;
}

int send_bytes(int fd, Bytes bytes, int flags) {
  return retried([&] { return ::send(fd, bytes.data(), bytes.size(), flags | MSG_NOSIGNAL); });
}

int receive_bytes(int fd, MutableBytes bytes, int flags) {
  return retried([&] { return ::recv(fd, bytes.data(), bytes.size(), flags); });
}

int send_to(int fd, Bytes bytes, const Address& to, int flags) {
  if (to.family() == Family::none) return send_bytes(fd, bytes, flags);
  SocketAddress system;
  if (int error = named(to, system); error < 0) return error;
  return retried([&] {
    return ::sendto(fd, bytes.data(), bytes.size(), flags | MSG_NOSIGNAL, system.get(),
                    system.size);
  });
}

int receive_from(int fd, MutableBytes bytes, Address* from, bool* truncated, int flags) {
  SocketAddress system;
  iovec part = view(bytes.data(), bytes.size());
  msghdr message{};
  int size = retried([&] {
    message = {};
    message.msg_name = &system.storage;
    message.msg_namelen = sizeof system.storage;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    return ::recvmsg(fd, &message, flags);
  });
  if (size < 0) return size;
  if (from) *from = from_system(system.get(), message.msg_namelen);
  if (truncated) *truncated = (message.msg_flags & MSG_TRUNC) != 0;
  return size;
}

int send_with_handles(int fd, Bytes bytes, std::span<const int> handles, int flags) {
  if (handles.size() > handle_count_max) return -EMSGSIZE;
  HandleMessage room;
  iovec part = view(bytes.data(), bytes.size());
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!handles.empty()) {
    message.msg_control = room.bytes;
    message.msg_controllen = CMSG_SPACE(handles.size_bytes());
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(handles.size_bytes());
    std::memcpy(CMSG_DATA(head), handles.data(), handles.size_bytes());
  }
  return retried([&] { return ::sendmsg(fd, &message, flags | MSG_NOSIGNAL); });
}

int receive_with_handles(int fd, MutableBytes bytes, std::vector<FileDescriptor>& handles,
                         int flags) {
  HandleMessage room;
  iovec part = view(bytes.data(), bytes.size());
  msghdr message{};
  int size = retried([&] {
    message = {};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = room.bytes;
    message.msg_controllen = sizeof room.bytes;
    return ::recvmsg(fd, &message, flags | MSG_CMSG_CLOEXEC);
  });
  if (size < 0) return size;
  std::vector<FileDescriptor> received;
  take_handles(message, received);
  if (message.msg_flags & MSG_CTRUNC) return -EMSGSIZE;
  std::move(received.begin(), received.end(), std::back_inserter(handles));
  return size;
}

int shutdown_socket(int fd, int how) {
  return ::shutdown(fd, how) < 0 ? -errno : 0;
}

int set_option(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) < 0 ? -errno : 0;
}

int option(int fd, int level, int name, int& value) {
  socklen_t size = sizeof value;
  value = 0;  // some options fill a single byte
  return ::getsockopt(fd, level, name, &value, &size) < 0 ? -errno : 0;
}

int set_option_bytes(int fd, int level, int name, Bytes value) {
  auto size = static_cast<socklen_t>(value.size());
  return ::setsockopt(fd, level, name, value.data(), size) < 0 ? -errno : 0;
}

int is_nonblocking(int fd) {
  int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return -errno;
  return (flags & O_NONBLOCK) != 0;
}

int set_nonblocking(int fd, bool nonblocking) {
  int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return -errno;
  int wanted = nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  if (wanted == flags) return 0;
  return ::fcntl(fd, F_SETFL, wanted) < 0 ? -errno : 0;
}

int wait_for(int fd, short events, Time deadline) {
  pollfd watched{fd, events, 0};
  while (true) {
    timespec wait{};
    if (deadline != never) wait = time_left<std::chrono::nanoseconds, timespec>(deadline);
    int ready = ::ppoll(&watched, 1, deadline == never ? nullptr : &wait, nullptr);
    if (ready > 0) return watched.revents & POLLNVAL ? -EBADF : watched.revents;
    if (ready == 0) return -ETIMEDOUT;
    if (errno != EINTR) return -errno;
  }
}

int peer_credentials(int fd, PeerCredentials& credentials) {
  ucred system;
  socklen_t size = sizeof system;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &system, &size) < 0) return -errno;
  credentials = {system.pid, system.uid, system.gid};
  return 0;
}

int unsent_size(int fd) {
  int size = 0;
  return ::ioctl(fd, SIOCOUTQ, &size) < 0 ? -errno : size;
}

}  // namespace bowline::os
