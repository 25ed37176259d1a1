#include "bowline/net/network.h"

#include "bowline/base/url.h"
#include "bowline/loop/loop.h"
#include "bowline/net/backend_op.h"
#include "bowline/net/datagram_transport.h"
#include "bowline/net/socket_transport.h"
#include "bowline/task/wait.h"

#include <algorithm>

namespace bowline {
namespace {

// Closes a handle that did not become anything.
class HandleGuard {
 public:
  HandleGuard(Backend& backend, Handle handle) : backend_(&backend), handle_(handle) {}
  HandleGuard(HandleGuard&& other) noexcept : backend_(other.backend_), handle_(other.release()) {}
  ~HandleGuard() {
    if (handle_ != no_handle) backend_->close(handle_);
  }
  Handle handle() const { return handle_; }
  Handle release() { return std::exchange(handle_, no_handle); }

 private:
  Backend* backend_;
  Handle handle_;
};

// How long to wait before a Unix socket whose backlog is full is tried again: connect(2) does not
// wait there, and nothing tells when there is room.
constexpr Duration full_backlog_wait = std::chrono::milliseconds(1);
constexpr Duration full_backlog_wait_max = std::chrono::milliseconds(50);

// What a Network does is done by functions that know the loop: a Network may be gone by the time
// that its task is awaited.
Task<Stream> connect_on(Backend& backend, Address address, bool advises);
Task<std::vector<Address>> resolve_on(Backend& backend, NameQuery names);
Task<int> read_signal_on(Backend& backend, HandleGuard signals);

}  // namespace

Listener Network::listen(const Address& address, const ListenOptions& options) {
  Backend& backend = loop_->backend();
  Address local = address;
  int result = backend.listen(local, options);
  if (result < 0) {
    throw make_error(-result, "listen on " + url_text(stream_scheme(address), address),
                     backend.advice(Attempted::listen, address, -result));
  }
  return Listener(backend, result, local);
}

Datagrams Network::open_datagrams(const Address& local, const DatagramOptions& options) {
  return Datagrams(loop_->backend(), local, {}, options);
}

Datagrams Network::connect_datagrams(const Address& peer, const DatagramOptions& options) {
  Address local = Address::unix_unnamed();
  if (peer.family() == Family::ipv4) local = Address::ipv4(0, 0);
  if (peer.family() == Family::ipv6) local = Address::ipv6({}, 0);
  return Datagrams(loop_->backend(), local, peer, options);
}

Stream Network::connect_datagram_stream(const Address& peer) {
  return Stream(std::make_unique<DatagramTransport>(connect_datagrams(peer)));
}

Task<Stream> Network::connect(Address address) {
  return connect_on(loop_->backend(), std::move(address), advises_);
}

Task<std::vector<Address>> Network::resolve(std::string host, std::uint16_t port, bool passive) {
  return resolve_on(loop_->backend(), NameQuery{std::move(host), port, passive, {}, {}});
}

Stream Network::adopt(Accepted accepted) {
  return Stream(
      std::make_unique<SocketTransport>(loop_->backend(), accepted.handle, accepted.peer));
}

void Network::let_go(const Accepted& accepted) {
  loop_->backend().release(accepted.handle);
}

// What it accepts inherits the option, as with listen().
Listener Network::adopt_listener(Handle handle) {
  Backend& backend = loop_->backend();
  Address local;
  backend.local_address(handle, local);
  if (local.is_ip()) backend.set_option(handle, Option::no_delay, 1);
  return Listener(backend, handle, local);
}

Datagrams Network::adopt_datagrams(Handle handle) {
  return Datagrams(loop_->backend(), handle);
}

void Network::own_file(Handle handle, bool owned) {
  loop_->backend().own_file(handle, owned);
}

Task<int> Network::signal(std::initializer_list<int> signals) {
  int handle = loop_->backend().open_signals(signals);
  if (handle < 0) throw make_error(-handle, "watch for signals");
  return read_signal_on(loop_->backend(), HandleGuard(loop_->backend(), handle));
}

void Network::fill_random(MutableBytes bytes) {
  loop_->backend().fill_random(bytes);
}

void Network::post(std::function<void()> work) {
  loop_->post(std::move(work));
}

Scheduler& Network::scheduler() {
  return *loop_;
}

Time Network::now() {
  return loop_->now();
}

Task<Network> current_network() {
  Context& context = co_await current_context();
  co_return Network(static_cast<Loop&>(context.scheduler()));
}

namespace {

Error connect_error(Backend& backend, const Address& address, bool advises, int error) {
  std::string advice;
  if (advises) advice = backend.advice(Attempted::connect, address, error);
  return make_error(error, "connect to " + url_text(stream_scheme(address), address), advice);
}

Task<Stream> connect_on(Backend& backend, Address address, bool advises) {
  int handle = backend.open(address.family());
  if (handle < 0) throw connect_error(backend, address, advises, -handle);
  HandleGuard guard(backend, handle);
  Context& context = co_await current_context();
  int result = co_await BackendOp::connect(backend, handle, address);
  for (Duration wait = full_backlog_wait; result == -EAGAIN;
       wait = std::min(2 * wait, full_backlog_wait_max)) {
    Result<void> slept = co_await attempt(sleep(wait));
    result = co_await BackendOp::connect(backend, handle, address);
  }
  if (result == -ECANCELED && context.cancelled()) {
    throw cancelled_error(context, "connect to " + url_text(stream_scheme(address), address));
  }
  if (result < 0) throw connect_error(backend, address, advises, -result);
  if (address.is_ip()) backend.set_option(handle, Option::no_delay, 1);
  guard.release();
  co_return Stream(std::make_unique<SocketTransport>(backend, handle, address));
}

Task<std::vector<Address>> resolve_on(Backend& backend, NameQuery names) {
  Context& context = co_await current_context();
  int result = co_await BackendOp::resolve(backend, names);
  std::string action = "look up " + names.host;
  if (result == -ECANCELED) throw cancelled_error(context, action);
  if (result < 0) throw make_error(names.failure, action);
  co_return std::move(names.addresses);
}

Task<int> read_signal_on(Backend& backend, HandleGuard signals) {
  Context& context = co_await current_context();
  int result = co_await BackendOp::poll(backend, signals.handle(), false);
  if (result == -ECANCELED) throw cancelled_error(context, "wait for a signal");
  co_return backend.read_signal(signals.handle());
}

}  // namespace
}  // namespace bowline
