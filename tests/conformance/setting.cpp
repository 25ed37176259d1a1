#include "tests/conformance/setting.h"

#include "bowline/loop/loop.h"
#include "bowline/net/pipe.h"
#include "bowline/net/tap.h"
#include "bowline/session/websocket.h"
#include "bowline/task/scope.h"
#include "bowline/tls/secure.h"
#include "tests/support/lone_system.h"
#include "tests/support/tls_pair.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

namespace bowline::conformance {
namespace {

Task<Link> link_at(Network network, Address address) {
  Listener listener = network.listen(address);
  Stream left = co_await network.connect(listener.local_address());
  Stream right = co_await listener.accept();
  Link link{std::move(left), std::move(right)};
  co_return link;
}

Task<Link> link_tcp4(Network network) {
  return link_at(network, Address::ipv4(0x7F000001, 0));
}

Task<Link> link_tcp6(Network network) {
  Address::Ipv6Bytes loopback{};
  loopback.back() = 1;
  return link_at(network, Address::ipv6(loopback, 0));
}

std::string unique_name() {
  static int count = 0;
  return "bowline-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
}

Task<Link> link_unix_path(Network network) {
  return link_at(network, Address::unix_path(::testing::TempDir() + unique_name()));
}

Task<Link> link_unix_abstract(Network network) {
  return link_at(network, Address::unix_abstract(unique_name()));
}

Task<Link> link_pipe(Network network) {
  auto [left, right] = make_pipe(network.loop());
  Link link{std::move(left), std::move(right)};
  co_return link;
}

// Both ends of a handshake, on top of `plain`.
Task<> open_websockets(Scope& scope, Network network, Link plain, Link* made) {
  auto accept = [](Network on, Stream below, Stream* into) -> Task<> {
    static const WebSocketSettings settings;
    *into = co_await accept_websocket(on, std::move(below), settings);
  };
  scope.start(accept(network, std::move(plain.right), &made->right));
  WebSocketConnectOptions options;
  made->left =
      co_await open_websocket(network, std::move(plain.left), "ws://localhost:80/", options);
}

Task<Link> link_websocket(Network network) {
  Link plain = co_await link_tcp4(network);
  Link link;
  co_await with_scope(open_websockets, network, std::move(plain), &link);
  co_return link;
}

struct Trust {
  testing::TlsTerms terms;
  TlsContext server = TlsContext::server(terms.server).value();
  TlsContext client = TlsContext::client(terms.client).value();
};

// The keys are made once.
const Trust& trust() {
  static const Trust made;
  return made;
}

Task<> open_tls(Scope& scope, Network network, Link plain, Link* made) {
  auto accept = [](Network on, Stream below, Stream* into) -> Task<> {
    *into = co_await accept_tls(on, std::move(below), trust().server);
  };
  scope.start(accept(network, std::move(plain.right), &made->right));
  made->left =
      co_await connect_tls(network, std::move(plain.left), trust().client, trust().terms.host, 443);
}

Task<Link> link_tls(Network network) {
  Link plain = co_await link_tcp4(network);
  Link link;
  co_await with_scope(open_tls, network, std::move(plain), &link);
  co_return link;
}

// What both ends do is counted, and held to a rate that lets some of it wait.
Link tapped(Network network, Link link) {
  static TrafficTotal total;
  TapRates rates{TokenBucket(1'000'000'000, std::chrono::microseconds(100)), {}};
  link.left = Tap::on(std::move(link.left), network.loop(), total, rates);
  link.right = Tap::on(std::move(link.right), network.loop(), total, rates);
  return link;
}

Task<Link> link_tap(Network network) {
  Link link = co_await link_tcp4(network);
  co_return tapped(network, std::move(link));
}

Task<Link> link_tap_websocket(Network network) {
  Link link = co_await link_websocket(network);
  co_return tapped(network, std::move(link));
}

std::unique_ptr<Backend> epoll() {
  return make_backend("epoll");
}

std::unique_ptr<Backend> sim() {
  return std::make_unique<testing::LoneSystem>();
}

std::unique_ptr<Backend> io_uring() {
  return make_backend("io_uring");
}

template <class Wanted>
std::vector<Setting> those(Wanted wanted) {
  std::vector<Setting> found;
  std::ranges::copy_if(settings(), std::back_inserter(found), wanted);
  return found;
}

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = {
      {.name = "epoll_tcp4", .backend = epoll, .link = link_tcp4, .is_tcp = true},
      {.name = "epoll_tcp6", .backend = epoll, .link = link_tcp6, .is_tcp = true},
      {.name = "epoll_unix_path", .backend = epoll, .link = link_unix_path, .is_unix = true},
      {.name = "epoll_unix_abstract",
       .backend = epoll,
       .link = link_unix_abstract,
       .is_unix = true},
      {.name = "epoll_pipe", .backend = epoll, .link = link_pipe, .buffers = false},
      // No is_unix here: descriptors cannot be passed in a simulated world.
      {.name = "sim_tcp4", .backend = sim, .link = link_tcp4, .is_tcp = true, .is_kernel = false},
      {.name = "sim_tcp6", .backend = sim, .link = link_tcp6, .is_tcp = true, .is_kernel = false},
      {.name = "sim_unix_path", .backend = sim, .link = link_unix_path, .is_kernel = false},
      {.name = "sim_unix_abstract", .backend = sim, .link = link_unix_abstract, .is_kernel = false},
      {.name = "io_uring_tcp4", .backend = io_uring, .link = link_tcp4, .is_tcp = true},
      {.name = "io_uring_tcp6", .backend = io_uring, .link = link_tcp6, .is_tcp = true},
      {.name = "io_uring_unix_path", .backend = io_uring, .link = link_unix_path, .is_unix = true},
      {.name = "io_uring_unix_abstract",
       .backend = io_uring,
       .link = link_unix_abstract,
       .is_unix = true},
      {.name = "epoll_tls", .backend = epoll, .link = link_tls},
      {.name = "sim_tls", .backend = sim, .link = link_tls, .is_kernel = false},
      {.name = "io_uring_tls", .backend = io_uring, .link = link_tls},
      {.name = "epoll_ws", .backend = epoll, .link = link_websocket, .plain = false},
      {.name = "sim_ws",
       .backend = sim,
       .link = link_websocket,
       .is_kernel = false,
       .plain = false},
      {.name = "io_uring_ws", .backend = io_uring, .link = link_websocket, .plain = false},
      {.name = "epoll_tap", .backend = epoll, .link = link_tap, .is_tcp = true},
      {.name = "sim_tap", .backend = sim, .link = link_tap, .is_tcp = true, .is_kernel = false},
      {.name = "io_uring_tap", .backend = io_uring, .link = link_tap, .is_tcp = true},
      {.name = "epoll_tap_ws", .backend = epoll, .link = link_tap_websocket, .plain = false},
  };
  return all;
}

std::vector<Setting> backends() {
  std::vector<Setting> found;
  for (const Setting& setting : settings()) {
    bool known = std::ranges::any_of(
        found, [&](const Setting& other) { return other.backend == setting.backend; });
    if (!known) found.push_back(setting);
  }
  return found;
}

std::vector<Setting> tcp_settings() {
  return those([](const Setting& setting) { return setting.is_tcp; });
}

std::vector<Setting> kernel_tcp_settings() {
  return those([](const Setting& setting) { return setting.is_tcp && setting.is_kernel; });
}

std::vector<Setting> unix_settings() {
  return those([](const Setting& setting) { return setting.is_unix; });
}

}  // namespace bowline::conformance
