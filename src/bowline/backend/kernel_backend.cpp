#include "bowline/backend/kernel_backend.h"

#include "bowline/base/check.h"
#include "bowline/os/address.h"
#include "bowline/os/advice.h"
#include "bowline/os/clock.h"
#include "bowline/os/datagram_options.h"
#include "bowline/os/signals.h"
#include "bowline/os/socket_calls.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace bowline {
namespace {

os::Action action_of(Attempted attempted) {
  switch (attempted) {
    case Attempted::listen:
      return os::Action::listen;
    case Attempted::connect:
      return os::Action::connect;
    case Attempted::accept:
      return os::Action::accept;
    case Attempted::receive:
      return os::Action::receive;
    case Attempted::send:
      return os::Action::send;
  }
  return os::Action::open;
}

bool is_socket_file(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

// A socket file that no process listens on any more is removed, so that a server can start again
// after a crash; one that answers is left alone, and so is a file of any other kind, to which
// connect(2) would be refused just the same.
void remove_stale_socket(const Address& address, int type) {
  std::string path(address.path());
  if (!is_socket_file(path)) return;
  int probe = os::open_socket(Family::local, type | SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (probe < 0) return;
  if (os::connect_to(probe, address) == -ECONNREFUSED)
    ::unlink(std::string(address.path()).c_str());
  ::close(probe);
}

int bind_over_stale(int fd, const Address& address, int type) {
  int result = os::bind_to(fd, address);
  if (result != -EADDRINUSE || address.path().empty() || address.is_abstract()) return result;
  remove_stale_socket(address, type);
  return os::bind_to(fd, address);
}

int set_datagram_option(Handle handle, Option option, int value) {
  auto number = static_cast<unsigned>(value);
  if (option == Option::multicast_loop) return os::set_multicast_loop(handle, value != 0);
  if (option == Option::multicast_hops) return os::set_multicast_hops(handle, value);
  if (option == Option::multicast_interface) return os::set_multicast_interface(handle, number);
  return os::set_option(handle, SOL_SOCKET, SO_BROADCAST, value);
}

// An idle peer is probed from half of the time on; one that does not take what is sent has all of
// it (TCP_USER_TIMEOUT, tcp(7)).
int set_peer_timeout(Handle handle, int seconds) {
  constexpr int seconds_max = 32767;  // TCP_KEEPIDLE takes no more
  seconds = std::clamp(seconds, 1, seconds_max);
  int result = os::set_option(handle, SOL_SOCKET, SO_KEEPALIVE, 1);
  if (result == 0) {
    result = os::set_option(handle, IPPROTO_TCP, TCP_KEEPIDLE, std::max(1, seconds / 2));
  }
  if (result == 0) {
    result = os::set_option(handle, IPPROTO_TCP, TCP_KEEPINTVL, std::max(1, seconds / 6));
  }
  if (result < 0) return result;
  return os::set_option(handle, IPPROTO_TCP, TCP_USER_TIMEOUT, seconds * 1000);
}

int prepare_datagrams(int fd, const Address& local, const Address& peer,
                      const DatagramOptions& options) {
  int result = 0;
  if (options.reuse_address) result = os::set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (result == 0 && options.broadcast) result = os::set_option(fd, SOL_SOCKET, SO_BROADCAST, 1);
  if (result == 0) result = bind_over_stale(fd, local, SOCK_DGRAM);
  if (result == 0 && peer.family() != Family::none) result = os::connect_to(fd, peer);
  // A kernel without it gives the datagrams one by one.
  if (result == 0 && options.coalesce && local.is_ip()) os::set_coalescing(fd, true);
  return result;
}

int prepare_listener(int fd, const Address& address, const ListenOptions& options) {
  int result = 0;
  if (address.is_ip()) {
    if (options.reuse_address) result = os::set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    // Accepted sockets inherit it, which saves a system call for each.
    if (result == 0) result = os::set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  }
  if (result == 0) result = bind_over_stale(fd, address, SOCK_STREAM);
  if (result == 0) result = os::listen_on(fd, options.backlog);
  return result;
}

void ring(int wake_handle) {
  std::uint64_t one = 1;
  (void)!::write(wake_handle, &one, sizeof one);  // a full counter wakes as well
}

}  // namespace

// A lookup's thread knows the descriptor and not this object, which may be going already.
KernelBackend::KernelBackend(int socket_flags)
    : socket_flags_(socket_flags),
      pipes_((socket_flags & SOCK_NONBLOCK) == 0),
      wake_handle_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      resolver_([handle = wake_handle_.get()] { ring(handle); }) {
  BOWLINE_CHECK(wake_handle_.valid());
}

KernelBackend::~KernelBackend() = default;

void KernelBackend::wake() {
  ring(wake_handle_.get());
}

void KernelBackend::woken(Queue<Waiter>& answered) {
  std::uint64_t count = 0;
  (void)!::read(wake_handle_.get(), &count, sizeof count);
  resolver_.collect(answered);
}

Time KernelBackend::now() {
  return os::now();
}

void KernelBackend::fill_random(MutableBytes bytes) {
  // Up to 256 bytes come whole (getrandom(2)).
  for (std::size_t done = 0; done < bytes.size();) {
    ssize_t count = ::getrandom(bytes.data() + done, bytes.size() - done, 0);
    BOWLINE_CHECK(count > 0 || errno == EINTR);
    if (count > 0) done += static_cast<std::size_t>(count);
  }
}

int KernelBackend::open(Family family) {
  // Connecting a Unix socket that blocks may wait for room in a backlog, and nothing ends that.
  int flags = family == Family::local ? SOCK_NONBLOCK : socket_flags_;
  return os::open_socket(family, SOCK_STREAM | SOCK_CLOEXEC | flags);
}

int KernelBackend::listen(Address& address, const ListenOptions& options) {
  int fd = os::open_socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return fd;
  int result = prepare_listener(fd, address, options);
  if (result < 0) {
    ::close(fd);
    return result;
  }
  own_file(fd, true);
  os::local_address(fd, address);
  return fd;
}

int KernelBackend::open_datagrams(Address& local, const Address& peer,
                                  const DatagramOptions& options) {
  int fd = os::open_socket(local.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return fd;
  int result = prepare_datagrams(fd, local, peer, options);
  if (result < 0) {
    ::close(fd);
    return result;
  }
  own_file(fd, true);
  os::local_address(fd, local);
  return fd;
}

int KernelBackend::change_group(Handle handle, const Address& group, unsigned interface,
                                bool join) {
  return os::change_group(handle, group, interface, join);
}

std::size_t KernelBackend::segments_max(Handle handle) {
  return os::can_segment(handle) ? datagram_batch_max : 1;
}

void KernelBackend::close(Handle handle) {
  forget(handle);
  if (auto file = socket_files_.find(handle); file != socket_files_.end()) {
    ::unlink(file->second.c_str());
    socket_files_.erase(file);
  }
  ::close(handle);
}

void KernelBackend::own_file(Handle handle, bool owned) {
  Address address;
  os::local_address(handle, address);
  bool has_file = !address.path().empty() && !address.is_abstract();
  if (has_file && owned) socket_files_[handle] = address.path();
  if (!owned) socket_files_.erase(handle);
}

int KernelBackend::end_input(Handle handle) {
  return os::shutdown_socket(handle, SHUT_RD);
}

int KernelBackend::set_option(Handle handle, Option option, int value) {
  switch (option) {
    case Option::no_delay:
      return os::set_option(handle, IPPROTO_TCP, TCP_NODELAY, value);
    case Option::keep_alive:
      return os::set_option(handle, SOL_SOCKET, SO_KEEPALIVE, value);
    case Option::peer_timeout:
      return set_peer_timeout(handle, value);
    case Option::send_buffer_size:
      return os::set_option(handle, SOL_SOCKET, SO_SNDBUF, value);
    case Option::receive_buffer_size:
      return os::set_option(handle, SOL_SOCKET, SO_RCVBUF, value);
    case Option::broadcast:
    case Option::multicast_loop:
    case Option::multicast_hops:
    case Option::multicast_interface:
      return set_datagram_option(handle, option, value);
    case Option::linger: {
      linger setting{.l_onoff = value >= 0, .l_linger = value};
      return ::setsockopt(handle, SOL_SOCKET, SO_LINGER, &setting, sizeof setting) ? -errno : 0;
    }
  }
  return -ENOPROTOOPT;
}

int KernelBackend::local_address(Handle handle, Address& address) {
  return os::local_address(handle, address);
}

int KernelBackend::peer_address(Handle handle, Address& address) {
  return os::peer_address(handle, address);
}

int KernelBackend::credentials(Handle handle, Credentials& credentials) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(handle, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return -errno;
  credentials = {peer.pid, peer.uid, peer.gid};
  return 0;
}

int KernelBackend::queued(Handle handle) {
  return os::unsent_size(handle);
}

int KernelBackend::open_signals(std::initializer_list<int> signals) {
  return os::open_signals(signals);
}

int KernelBackend::read_signal(Handle handle) {
  return os::read_signal(handle);
}

std::string KernelBackend::advice(Attempted attempted, const Address& address, int error_number) {
  return os::advice(action_of(attempted), address, error_number);
}

}  // namespace bowline
