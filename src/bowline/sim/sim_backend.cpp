#include "bowline/sim/sim_backend.h"

#include "bowline/base/check.h"
#include "bowline/base/error.h"
#include "bowline/sim/datagram_socket.h"
#include "bowline/sim/listener_socket.h"
#include "bowline/sim/signal_socket.h"
#include "bowline/sim/stream_socket.h"

#include <algorithm>
#include <cerrno>

namespace bowline::sim {
namespace {

constexpr Handle first_handle = 3;           // after the three standard ones
constexpr std::uint16_t first_port = 32768;  // ip_local_port_range (ip(7))
constexpr std::uint16_t last_port = 60999;
constexpr std::size_t path_size_max = 107;  // sun_path (unix(7))
constexpr Duration moment = std::chrono::microseconds(100);

bool answer_now(Op& op, int result) {
  op.result = result;
  return true;
}

}  // namespace

// A name that is being looked up.
struct SimBackend::Lookup final : Event {
  Lookup(SimBackend& at, Op& asked) : system(at), op(asked) {}
  void happen() override { system.finish(*this); }
  SimBackend& system;
  Op& op;
};

// Sockets that go on in a moment.
struct SimBackend::Later final : Event {
  explicit Later(SimBackend& at) : system(at) {}
  void happen() override {
    for (Handle handle : std::exchange(handles, {})) {
      if (Socket* socket = system.socket_at(handle)) socket->progress();
    }
  }
  SimBackend& system;
  std::vector<Handle> handles;
};

SimBackend::SimBackend(Fabric& fabric, std::string name, std::vector<Address> addresses)
    : fabric_(fabric),
      name_(std::move(name)),
      names_{name_},
      addresses_(std::move(addresses)),
      number_(fabric.systems.size()),
      sockets_(first_handle),
      ports_(65536),
      next_port_(first_port),
      later_(std::make_unique<Later>(*this)) {
  fabric.systems.push_back(this);
}

SimBackend::~SimBackend() = default;

void SimBackend::wake() {
  if (turn_) fabric_.agenda.set_by(*turn_, fabric_.now);
}

void SimBackend::answered(Op& op) {
  answered_.push(op);
  wake();
}

void SimBackend::fill_random(MutableBytes bytes) {
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(fabric_.random.below(256));
}

Socket* SimBackend::socket_at(Handle handle) const {
  if (handle < 0 || static_cast<std::size_t>(handle) >= sockets_.size()) return nullptr;
  return sockets_[static_cast<std::size_t>(handle)].get();
}

Handle SimBackend::add(std::unique_ptr<Socket> socket) {
  if (!running_) return -ENETDOWN;
  if (!has_handle_left()) return -EMFILE;
  ++open_count_;
  if (free_handles_.empty()) {
    free_handles_.push_back(static_cast<Handle>(sockets_.size()));
    sockets_.emplace_back();
  }
  Handle handle = free_handles_.back();
  free_handles_.pop_back();
  sockets_[static_cast<std::size_t>(handle)] = std::move(socket);
  return handle;
}

int SimBackend::end_input(Handle handle) {
  Socket* socket = socket_at(handle);
  return socket ? socket->end_input() : -EBADF;
}

void SimBackend::close(Handle handle) {
  Socket* socket = socket_at(handle);
  BOWLINE_CHECK(socket);
  socket->close();
  sockets_[static_cast<std::size_t>(handle)].reset();
  free_handles_.push_back(handle);
  --open_count_;
}

bool SimBackend::submit(Op& op) {
  if (!running_) return answer_now(op, -ENETDOWN);
  if (op.kind == Op::Kind::resolve) return resolve(op);
  Socket* socket = socket_at(op.handle);
  return socket ? socket->submit(op) : answer_now(op, -EBADF);
}

void SimBackend::cancel(Op& op) {
  if (op.kind != Op::Kind::resolve) {
    if (Socket* socket = socket_at(op.handle)) socket->cancel(op);
    return;
  }
  auto asked = [&](const auto& lookup) { return &lookup->op == &op; };
  if (lookups_.remove_if(asked) == 0) return;
  op.result = -ECANCELED;
  answered(op);
}

int SimBackend::open(Family family) {
  if (family == Family::none) return -EAFNOSUPPORT;
  return add(std::make_unique<StreamSocket>(*this, family));
}

int SimBackend::listen(Address& address, const ListenOptions& options) {
  if (!running_) return -ENETDOWN;
  Address chosen = address;
  if (int result = listen_somewhere(chosen); result < 0) return result;
  auto listener = std::make_unique<ListenerSocket>(*this, chosen, options.backlog);
  ListenerSocket* added = listener.get();
  Handle handle = add(std::move(listener));
  if (handle < 0) return handle;
  listeners_.push_back(added);
  address = chosen;
  return handle;
}

int SimBackend::open_datagrams(Address& local, const Address& peer,
                               const DatagramOptions& options) {
  if (!running_) return -ENETDOWN;
  Address chosen = local;
  if (int result = datagrams_.choose(chosen, options.reuse_address); result < 0) return result;
  if (peer.family() != Family::none) {
    if (int result = datagrams_.connect(chosen, peer); result < 0) return result;
  }
  bool shares = options.reuse_address;
  Handle handle = add(std::make_unique<DatagramSocket>(*this, chosen, peer, shares));
  if (handle >= 0) local = chosen;
  return handle;
}

int SimBackend::change_group(Handle handle, const Address& group, unsigned, bool join) {
  auto* socket = dynamic_cast<DatagramSocket*>(socket_at(handle));
  return socket ? socket->change_group(group, join) : -EBADF;
}

// Checks `address`, and gives it a port when it has none.
int SimBackend::listen_somewhere(Address& address) const {
  if (address.family() == Family::none) return -EAFNOSUPPORT;
  if (address.path().size() > path_size_max) return -ENAMETOOLONG;
  if (address.is_ip() && !address.is_unspecified() && !has_address(address)) return -EADDRNOTAVAIL;
  auto in_use = [&](const Address& wanted) {
    for (const ListenerSocket* listener : listeners_) {
      Address taken = listener->local_address();
      if (taken == wanted) return true;
      bool all = taken.is_unspecified() || wanted.is_unspecified();
      if (wanted.is_ip() && all && taken.family() == wanted.family() &&
          taken.port() == wanted.port()) {
        return true;
      }
    }
    return false;
  };
  if (!address.is_ip() || address.port() != 0) return in_use(address) ? -EADDRINUSE : 0;
  for (std::uint16_t port = last_port; port >= first_port; --port) {
    Address wanted = address.with_port(port);
    if (ports_[port] || in_use(wanted)) continue;
    address = wanted;
    return 0;
  }
  return -EADDRINUSE;
}

void SimBackend::stop_listening(const ListenerSocket& listener) {
  std::erase(listeners_, &listener);
}

ListenerSocket* SimBackend::listener_at(const Address& address) const {
  ListenerSocket* found = nullptr;
  for (ListenerSocket* listener : listeners_) {
    Address local = listener->local_address();
    if (local == address) return listener;
    // [::] takes IPv4 as well, since nothing here sets IPV6_V6ONLY.
    bool all = local.is_unspecified() && local.port() == address.port() && address.is_ip() &&
               (local.family() == address.family() || local.family() == Family::ipv6);
    if (all && (!found || local.family() == address.family())) found = listener;
  }
  return found;
}

bool SimBackend::has_address(const Address& address) const {
  if (address.is_loopback()) return true;
  Address bare = address.with_port(0);
  return std::find(addresses_.begin(), addresses_.end(), bare) != addresses_.end();
}

int SimBackend::route(const Address& to, SimBackend*& peer, Address& local) {
  if (to.is_loopback() || to.is_unspecified() || has_address(to)) {
    peer = this;
    local = to;
    return 0;
  }
  auto same = [&](const Address& own) { return own.family() == to.family(); };
  auto own = std::find_if(addresses_.begin(), addresses_.end(), same);
  if (own == addresses_.end()) return -ENETUNREACH;
  peer = fabric_.system_at(to);
  local = *own;
  return peer ? 0 : -EHOSTUNREACH;
}

int SimBackend::take_port(Address& local) {
  for (int tries = first_port; tries <= last_port; ++tries) {
    std::uint16_t port = next_port_;
    next_port_ = port == last_port ? first_port : static_cast<std::uint16_t>(port + 1);
    if (ports_[port]) continue;
    ports_[port] = true;
    local = local.with_port(port);
    return 0;
  }
  return -EADDRNOTAVAIL;
}

void SimBackend::progress_soon(Handle handle) {
  later_->handles.push_back(handle);
  fabric_.agenda.set_by(*later_, fabric_.now + moment);
}

int SimBackend::set_option(Handle handle, Option option, int value) {
  Socket* socket = socket_at(handle);
  return socket ? socket->set_option(static_cast<int>(option), value) : -EBADF;
}

int SimBackend::local_address(Handle handle, Address& address) {
  Socket* socket = socket_at(handle);
  if (!socket) return -EBADF;
  address = socket->local_address();
  return 0;
}

int SimBackend::peer_address(Handle handle, Address& address) {
  Socket* socket = socket_at(handle);
  return socket ? socket->peer_address(address) : -EBADF;
}

int SimBackend::credentials(Handle handle, Credentials& credentials) {
  if (!socket_at(handle)) return -EBADF;
  constexpr int first_process = 1000;
  credentials = {.process = first_process + static_cast<int>(number_), .user = 1000, .group = 1000};
  return 0;
}

int SimBackend::queued(Handle handle) {
  Socket* socket = socket_at(handle);
  return socket ? static_cast<int>(socket->row().unsent) : -EBADF;
}

int SimBackend::open_signals(std::initializer_list<int> signals) {
  return add(std::make_unique<SignalSocket>(*this, signals));
}

int SimBackend::read_signal(Handle handle) {
  auto* watch = dynamic_cast<SignalSocket*>(socket_at(handle));
  return watch ? watch->read() : -EBADF;
}

bool SimBackend::resolve(Op& op) {
  NameQuery& names = *op.names;
  names.addresses.clear();
  if (std::optional<Address> literal = Address::parse_ip(names.host, names.port)) {
    names.addresses = {*literal};
    return answer_now(op, 0);
  }
  if (names.host.empty()) {
    Address::Ipv6Bytes six{};
    six.back() = names.passive ? 0 : 1;
    names.addresses = {Address::ipv4(names.passive ? 0 : 0x7F000001, names.port),
                       Address::ipv6(six, names.port)};
    return answer_now(op, 0);
  }
  lookups_.push_back(std::make_unique<Lookup>(*this, op));
  fabric_.agenda.set(*lookups_.back(), fabric_.now + rules_.lookup_time);
  return false;
}

void SimBackend::finish(Lookup& lookup) {
  Op& op = lookup.op;
  NameQuery& names = *op.names;
  lookups_.remove_if([&](const auto& other) { return other.get() == &lookup; });
  names.addresses = fabric_.addresses_of(names.host, names.port);
  if (names.host == "localhost") {
    Address::Ipv6Bytes six{};
    six.back() = 1;
    names.addresses = {Address::ipv6(six, names.port), Address::ipv4(0x7F000001, names.port)};
  }
  if (names.addresses.empty()) names.failure = make_error_code(Errc::name_not_found);
  if (fabric_.random.chance(rules_.lookup_failures)) {
    names.addresses.clear();
    names.failure = make_error_code(Errc::name_lookup_failed);
  }
  op.result = names.addresses.empty() ? -ENOENT : 0;
  if (fabric_.trace.on()) {
    fabric_.note(name_ + " looks up " + names.host + (op.result < 0 ? ": in vain" : ""));
  }
  answered(op);
}

void SimBackend::begin_program() {
  up_ = running_ = true;
}

void SimBackend::end_program(bool power_lost) {
  running_ = false;
  if (power_lost) up_ = false;
  for (std::unique_ptr<Socket>& socket : sockets_) {
    if (!socket) continue;
    if (power_lost) {
      socket->vanish();
    } else {
      socket->close();
    }
  }
  Queue<Waiter> taken;
  taken.take(answered_);
  while (Waiter* waiter = taken.pop()) {
    take_back(static_cast<Op&>(*waiter));
    answered_.push(*waiter);
  }
}

// What was done for the program and it has not seen yet, it never sees.
void SimBackend::take_back(Op& op) {
  bool reads = op.kind == Op::Kind::receive || op.kind == Op::Kind::receive_datagram;
  if (reads && op.result > 0 && op.pooled) {
    blocks_.give_back(op.data);
  }
  if (op.kind == Op::Kind::accept && op.result >= 0) close(op.result);
  op.result = -ECANCELED;
}

bool SimBackend::signal(int number) {
  bool watched = false;
  for (std::unique_ptr<Socket>& socket : sockets_) {
    auto* watch = dynamic_cast<SignalSocket*>(socket.get());
    if (watch && watch->add(number)) watched = true;
  }
  return watched;
}

void SimBackend::reset_connections_to(const SimBackend& peer) {
  for (std::unique_ptr<Socket>& socket : sockets_) {
    auto* stream = dynamic_cast<StreamSocket*>(socket.get());
    if (stream && stream->peer_system() == &peer) stream->reset();
  }
}

std::vector<SocketRow> SimBackend::rows() const {
  std::vector<SocketRow> rows;
  for (const std::unique_ptr<Socket>& socket : sockets_) {
    if (socket) rows.push_back(socket->row());
  }
  return rows;
}

}  // namespace bowline::sim
