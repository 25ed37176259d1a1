#include "bowline/socket/socket.h"

#include "bowline/base/error.h"
#include "bowline/base/url.h"
#include "bowline/os/address.h"
#include "bowline/os/clock.h"
#include "bowline/socket/bound_path.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace bowline {
namespace {

using os::Action;

std::string_view verb(Action action) {
  switch (action) {
    case Action::bind:
      return "bind to";
    case Action::listen:
      return "listen on";
    case Action::connect:
      return "connect to";
    case Action::accept:
      return "accept on";
    case Action::send:
      return "send to";
    case Action::receive:
      return "receive from";
    case Action::open:
      break;
  }
  return "open";
}

bool has_name(const Address& address) {
  return address.is_ip() || !address.path().empty();
}

// Connections that ended while they waited to be accepted are not the listener's failure
// (accept(2)).
bool is_connections_own(int result) {
  return result == -ECONNABORTED || result == -EPROTO;
}

}  // namespace

Socket::Socket(os::FileDescriptor descriptor, Family family, Type type)
    : descriptor_(std::move(descriptor)), family_(family), type_(type) {}

Socket::Socket(Family family, Type type, int protocol)
    : Socket(os::FileDescriptor(), family, type) {
  int result = os::open_socket(family, system_type(type), protocol);
  if (result >= 0) {
    descriptor_ = os::FileDescriptor(result);
    return;
  }
  std::string what = "open a socket for " + std::string(scheme_of(family, type));
  throw make_error(-result, what, os::advice(Action::open, {}, -result));
}

Socket Socket::from_fd(int fd) {
  int type = 0;
  int domain = 0;
  int result = os::option(fd, SOL_SOCKET, SO_TYPE, type);
  if (result == 0) result = os::option(fd, SOL_SOCKET, SO_DOMAIN, domain);
  int nonblocking = result < 0 ? result : os::is_nonblocking(fd);
  if (nonblocking < 0) {
    throw make_error(-nonblocking, "take descriptor " + std::to_string(fd) + " for a socket");
  }
  Socket socket(os::FileDescriptor(fd), os::family_of(domain), type_of(type));
  if (nonblocking) socket.timeout_ = Duration::zero();
  return socket;
}

Socket::Socket() = default;
Socket::Socket(Socket&& other) noexcept = default;

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this == &other) return *this;
  close();
  descriptor_ = std::move(other.descriptor_);
  family_ = other.family_;
  type_ = other.type_;
  timeout_ = other.timeout_;
  peer_ = std::move(other.peer_);
  path_ = std::move(other.path_);
  return *this;
}

Socket::~Socket() {
  close();
}

void Socket::bind(const Endpoint& local, Deadline deadline) {
  Deadline until = Deadline::at(end_of_wait(deadline));
  int result = 0;
  Address tried;
  for (const Address& address : local.addresses(purpose(Action::bind), until)) {
    int now = os::bind_to(fileno(), address);
    if (now == 0) return;
    // The first refusal is told: it is of the address that was meant most.
    if (result == 0) tried = address;
    if (result == 0) result = now;
  }
  fail_at(Action::bind, result, local, tried);
}

void Socket::listen(int backlog) {
  if (int result = os::listen_on(fileno(), backlog); result < 0) fail(Action::listen, result);
}

Socket::Accepted Socket::accept(Deadline deadline) {
  Time until = end_of_wait(deadline);
  // accept(2) can't be told not to wait, only the socket can. It stays so: others who wait here for
  // ever do it in poll(2) from now on.
  if (waits(deadline) && until != never) os::set_nonblocking(fileno(), true);
  Address peer;
  int result = perform(Action::accept, until, waits(deadline), [&](int) {
    int accepted;
    do {
      accepted = os::accept_from(fileno(), &peer, false);
    } while (is_connections_own(accepted));
    return accepted;
  });
  if (result < 0) fail(Action::accept, result);
  Socket socket(os::FileDescriptor(result), family_, type_);
  socket.peer_ = peer;
  return {std::move(socket), std::move(peer)};
}

void Socket::connect(const Endpoint& peer, Deadline deadline) {
  Time until = end_of_wait(deadline);
  auto all = peer.addresses(purpose(Action::connect), Deadline::at(until));
  Address tried;
  int result = connect_to_any(all, until, waits(deadline), tried);
  if (result < 0) fail_at(Action::connect, result, peer, tried);
}

int Socket::connect_ex(const Endpoint& peer, Deadline deadline) {
  Time until = end_of_wait(deadline);
  auto all = peer.addresses(purpose(Action::connect), Deadline::at(until));
  Address tried;
  return -connect_to_any(all, until, waits(deadline), tried);
}

std::size_t Socket::send(Bytes bytes, Deadline deadline) {
  return transfer(Action::send, deadline,
                  [&](int flags) { return os::send_bytes(fileno(), bytes, flags); });
}

void Socket::send_all(Bytes bytes, Deadline deadline) {
  Deadline until = Deadline::at(end_of_wait(deadline));
  bool waiting = waits(deadline);
  do {
    int result = perform(Action::send, until.time(), waiting,
                         [&](int flags) { return os::send_bytes(fileno(), bytes, flags); });
    if (result < 0) fail(Action::send, result);
    bytes = bytes.after(static_cast<std::size_t>(result));
    // A peer that takes a little again and again must not stretch the deadline.
    if (!bytes.empty() && until.expired()) fail(Action::send, -ETIMEDOUT);
  } while (!bytes.empty());
}

Received Socket::recv(std::size_t size, Deadline deadline) {
  Received data(size);
  data.truncate(recv_into({data.data(), size}, deadline));
  return data;
}

std::size_t Socket::recv_into(MutableBytes room, Deadline deadline) {
  return transfer(Action::receive, deadline,
                  [&](int flags) { return os::receive_bytes(fileno(), room, flags); });
}

Received Socket::recv_exactly(std::size_t size, Deadline deadline) {
  Deadline until = Deadline::at(end_of_wait(deadline));
  bool waiting = waits(deadline);
  Received data(size);
  MutableBytes rest(data.data(), size);
  while (!rest.empty()) {
    int result = perform(Action::receive, until.time(), waiting, [&](int flags) {
      return os::receive_bytes(fileno(), rest, flags | MSG_WAITALL);
    });
    if (result < 0) fail(Action::receive, result);
    if (result == 0) {
      std::string got = std::to_string(size - rest.size()) + " of " + std::to_string(size);
      throw make_error(Errc::ended_early, place(Action::receive), got + " bytes came");
    }
    rest = rest.subspan(static_cast<std::size_t>(result));
    if (!rest.empty() && until.expired()) fail(Action::receive, -ETIMEDOUT);
  }
  return data;
}

Socket::Datagram Socket::recv_from(std::size_t size, Deadline deadline) {
  Datagram datagram{Received(size), {}, false};
  MutableBytes room(datagram.data.data(), size);
  datagram.data.truncate(transfer(Action::receive, deadline, [&](int flags) {
    return os::receive_from(fileno(), room, &datagram.address, &datagram.truncated, flags);
  }));
  return datagram;
}

std::size_t Socket::send_to(Bytes bytes, const Endpoint& to, Deadline deadline) {
  Deadline until = Deadline::at(end_of_wait(deadline));
  Address address = to.addresses(purpose(Action::send), until).front();
  int result = perform(Action::send, until.time(), waits(deadline),
                       [&](int flags) { return os::send_to(fileno(), bytes, address, flags); });
  if (result < 0) fail_at(Action::send, result, to, address);
  return static_cast<std::size_t>(result);
}

void Socket::send_with_handles(Bytes bytes, std::span<const int> handles, Deadline deadline) {
  Deadline until = Deadline::at(end_of_wait(deadline));
  std::string_view wrong;
  if (bytes.empty()) wrong = "at least one byte goes with descriptors";
  if (handles.size() > os::handle_count_max) wrong = "at most 64 descriptors go at once";
  if (!wrong.empty()) throw make_error(EINVAL, place(Action::send), wrong);
  int sent = perform(Action::send, until.time(), waits(deadline), [&](int flags) {
    return os::send_with_handles(fileno(), bytes, handles, flags);
  });
  if (sent < 0) fail(Action::send, sent);
  Bytes rest = bytes.after(static_cast<std::size_t>(sent));
  if (!rest.empty()) send_all(rest, deadline.given() || blocking() ? until : Deadline());
}

Socket::WithHandles Socket::recv_with_handles(std::size_t size, Deadline deadline) {
  WithHandles received{Received(size), {}};
  MutableBytes room(received.data.data(), size);
  received.data.truncate(transfer(Action::receive, deadline, [&](int flags) {
    return os::receive_with_handles(fileno(), room, received.handles, flags);
  }));
  return received;
}

void Socket::shutdown(How how) {
  int direction = how == How::read ? SHUT_RD : how == How::write ? SHUT_WR : SHUT_RDWR;
  int result = os::shutdown_socket(fileno(), direction);
  if (result < 0) throw make_error(-result, "shut down the connection: " + place(Action::send));
}

void Socket::close() {
  path_.reset();
  descriptor_.close();
}

int Socket::detach() {
  path_.reset();
  return descriptor_.release();
}

void Socket::set_timeout_to(Duration timeout) {
  int result = os::set_nonblocking(fileno(), timeout == Duration::zero());
  if (result < 0) fail_option("set", "the timeout", result);
  timeout_ = timeout;
}

Address Socket::local_address() const {
  Address address;
  int result = os::local_address(fileno(), address);
  if (result < 0) throw make_error(-result, "find the local address of a socket");
  return address;
}

Address Socket::peer_address() const {
  Address address;
  int result = os::peer_address(fileno(), address);
  if (result < 0) throw make_error(-result, "find the peer's address of a socket");
  return address;
}

int Socket::error() {
  return option(SOL_SOCKET, SO_ERROR);
}

os::PeerCredentials Socket::peer_credentials() const {
  os::PeerCredentials credentials;
  int result = os::peer_credentials(fileno(), credentials);
  if (result < 0) throw make_error(-result, "find who is the peer of a socket");
  return credentials;
}

Time Socket::end_of_wait(Deadline deadline) const {
  if (deadline.given()) return deadline.time();
  return blocking() && timeout_ != forever ? later(os::now(), timeout_) : never;
}

// Makes the call until it does not ask to wait, then its result. Only when the waiting has an end
// is the kernel kept from waiting itself.
template <class Call>
int Socket::perform(Action action, Time until, bool waiting, Call call) const {
  bool sends = action == Action::send;
  while (true) {
    int result = call(until == never ? 0 : MSG_DONTWAIT);
    if (result != -EAGAIN || !waiting) return result;
    int ready = os::wait_for(fileno(), sends ? POLLOUT : POLLIN, until);
    if (ready < 0) return ready;
  }
}

template <class Call>
std::size_t Socket::transfer(Action action, Deadline deadline, Call call) const {
  int result = perform(action, end_of_wait(deadline), waits(deadline), call);
  if (result < 0) fail(action, result);
  return static_cast<std::size_t>(result);
}

// Zero or -errno of the address `tried` last.
int Socket::connect_to_any(const std::vector<Address>& all, Time until, bool waiting,
                           Address& tried) {
  int result = 0;
  for (const Address& address : all) {
    tried = address;
    result =
        waiting ? os::connect_until(fileno(), address, until) : os::connect_to(fileno(), address);
    if (result == 0 || result == -EINPROGRESS) {
      peer_ = address;
      return result;
    }
    if (waiting && Deadline::at(until).expired()) return result;
  }
  return result;
}

Endpoint::Purpose Socket::purpose(Action action) const {
  return {verb(action), action == Action::bind, family_, type_};
}

// "receive from tcp://127.0.0.1:8000". Clients over Unix seldom have names; their server has.
std::string Socket::place(Action action) const {
  std::string text(verb(action));
  std::string_view scheme = scheme_of(family_, type_);
  Address local;
  Address peer = peer_;
  bool to_peer = action == Action::send || action == Action::receive;
  bool connected = peer.family() != Family::none || os::peer_address(fileno(), peer) == 0;
  os::local_address(fileno(), local);
  if (to_peer && has_name(peer)) return (text += ' ') += url_text(scheme, peer);
  if (to_peer && connected && !has_name(local)) return text += " the peer";
  if (to_peer && connected) text += " a client of";
  if (to_peer && !connected) text = action == Action::send ? "send on" : "receive on";
  if (!has_name(local)) return (text += " a socket for ") += scheme;
  return (text += ' ') += url_text(scheme, local);
}

void Socket::fail(Action action, int result) const {
  if (!is_open()) throw make_error(-result, verb(action), "the socket is closed");
  bool listens = action == Action::listen || action == Action::accept;
  Address address = peer_;
  if (listens) os::local_address(fileno(), address);
  throw make_error(-result, place(action), os::advice(action, address, -result));
}

void Socket::fail_at(Action action, int result, const Endpoint& endpoint,
                     const Address& tried) const {
  throw endpoint.error(purpose(action), action, result, tried);
}

std::pair<Socket, Socket> socket_pair(Type type) {
  os::FileDescriptor first;
  os::FileDescriptor second;
  int result = os::open_pair(system_type(type), first, second);
  if (result < 0) {
    throw make_error(-result, "open a socket pair", os::advice(Action::open, {}, -result));
  }
  return {Socket(std::move(first), Family::local, type),
          Socket(std::move(second), Family::local, type)};
}

}  // namespace bowline
