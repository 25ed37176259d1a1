#include "bowline/base/error.h"
#include "bowline/base/url.h"
#include "bowline/os/address.h"
#include "bowline/socket/bound_path.h"
#include "bowline/socket/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <limits>

namespace bowline {
namespace {

int whole_seconds(std::chrono::seconds wait) {
  constexpr int most = std::numeric_limits<int>::max();
  return wait.count() > most ? most : static_cast<int>(wait.count());
}

}  // namespace

void Socket::set_option(int level, int name, int value) {
  std::string what = "option " + std::to_string(level) + "/" + std::to_string(name);
  set_named(what.c_str(), level, name, value);
}

int Socket::option(int level, int name) const {
  std::string what = "option " + std::to_string(level) + "/" + std::to_string(name);
  return named(what.c_str(), level, name);
}

void Socket::set_reuse_address(bool on) {
  set_named("SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, on);
}
bool Socket::reuse_address() const {
  return named("SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR);
}

void Socket::set_reuse_port(bool on) {
  set_named("SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT, on);
}
bool Socket::reuse_port() const {
  return named("SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT);
}

void Socket::set_ipv6_only(bool on) {
  set_named("IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY, on);
}
bool Socket::ipv6_only() const {
  return named("IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY);
}

void Socket::set_no_delay(bool on) {
  set_named("TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, on);
}
bool Socket::no_delay() const {
  return named("TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY);
}

void Socket::set_broadcast(bool on) {
  set_named("SO_BROADCAST", SOL_SOCKET, SO_BROADCAST, on);
}
bool Socket::broadcast() const {
  return named("SO_BROADCAST", SOL_SOCKET, SO_BROADCAST);
}

void Socket::set_send_buffer_size(int size) {
  set_named("SO_SNDBUF", SOL_SOCKET, SO_SNDBUF, size);
}
int Socket::send_buffer_size() const {
  return named("SO_SNDBUF", SOL_SOCKET, SO_SNDBUF);
}

void Socket::set_receive_buffer_size(int size) {
  set_named("SO_RCVBUF", SOL_SOCKET, SO_RCVBUF, size);
}
int Socket::receive_buffer_size() const {
  return named("SO_RCVBUF", SOL_SOCKET, SO_RCVBUF);
}

void Socket::set_keep_alive(bool on) {
  set_named("SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, on);
}

void Socket::set_keep_alive(KeepAlive probes) {
  int idle = whole_seconds(probes.idle);
  int interval = whole_seconds(probes.interval);
  if (idle != 0) set_named("TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, idle);
  if (interval != 0) set_named("TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, interval);
  if (probes.count != 0) set_named("TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, probes.count);
  set_keep_alive(true);
}
bool Socket::keep_alive() const {
  return named("SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE);
}

void Socket::set_linger(std::optional<std::chrono::seconds> wait) {
  struct linger value = {wait.has_value(), wait ? whole_seconds(*wait) : 0};
  set_named_bytes("SO_LINGER", SOL_SOCKET, SO_LINGER, Bytes(&value, sizeof value));
}

std::optional<std::chrono::seconds> Socket::linger() const {
  struct linger value = {};
  socklen_t size = sizeof value;
  int result = ::getsockopt(fileno(), SOL_SOCKET, SO_LINGER, &value, &size);
  if (result < 0) fail_option("read", "SO_LINGER", -errno);
  if (!value.l_onoff) return std::nullopt;
  return std::chrono::seconds(value.l_linger);
}

void Socket::join_group(const Address& group, unsigned interface) {
  change_group("membership of", IP_ADD_MEMBERSHIP, IPV6_ADD_MEMBERSHIP, group, interface);
}

void Socket::leave_group(const Address& group, unsigned interface) {
  change_group("end of membership of", IP_DROP_MEMBERSHIP, IPV6_DROP_MEMBERSHIP, group, interface);
}

void Socket::set_multicast_hops(int hops) {
  set_for_family("the multicast hops", IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS, hops);
}

void Socket::set_multicast_loop(bool on) {
  set_for_family("the multicast loop", IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP, on);
}

void Socket::set_multicast_interface(unsigned interface) {
  if (family_ == Family::ipv6) {
    int index = static_cast<int>(interface);
    set_named("the multicast interface", IPPROTO_IPV6, IPV6_MULTICAST_IF, index);
    return;
  }
  ip_mreqn value{};
  value.imr_ifindex = static_cast<int>(interface);
  set_named_bytes("the multicast interface", IPPROTO_IP, IP_MULTICAST_IF,
                  Bytes(&value, sizeof value));
}

void Socket::change_group(const char* what, int ipv4_name, int ipv6_name, const Address& group,
                          unsigned interface) {
  std::string shown = std::string(what) + " " + group.host();
  if (group.family() == Family::ipv6) {
    ipv6_mreq value{};
    std::memcpy(&value.ipv6mr_multiaddr, group.ipv6_bytes().data(), sizeof value.ipv6mr_multiaddr);
    value.ipv6mr_interface = interface ? interface : group.scope();
    set_named_bytes(shown.c_str(), IPPROTO_IPV6, ipv6_name, Bytes(&value, sizeof value));
    return;
  }
  ip_mreqn value{};
  value.imr_multiaddr.s_addr = htonl(group.ipv4_value());
  value.imr_ifindex = static_cast<int>(interface);
  set_named_bytes(shown.c_str(), IPPROTO_IP, ipv4_name, Bytes(&value, sizeof value));
}

int Socket::named(const char* what, int level, int name) const {
  int value;
  int result = os::option(fileno(), level, name, value);
  if (result < 0) fail_option("read", what, result);
  return value;
}

void Socket::set_named(const char* what, int level, int name, int value) {
  int result = os::set_option(fileno(), level, name, value);
  if (result < 0) fail_option("set", what, result);
}

void Socket::set_named_bytes(const char* what, int level, int name, Bytes value) {
  int result = os::set_option_bytes(fileno(), level, name, value);
  if (result < 0) fail_option("set", what, result);
}

void Socket::set_for_family(const char* what, int ipv4_name, int ipv6_name, int value) {
  bool is_ipv6 = family_ == Family::ipv6;
  int level = is_ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
  set_named(what, level, is_ipv6 ? ipv6_name : ipv4_name, value);
}

void Socket::fail_option(const char* verb, const char* what, int result) const {
  std::string action = std::string(verb) + " " + what + " of a socket for ";
  action += scheme_of(family_, type_);
  throw make_error(-result, action, is_open() ? "" : "the socket is closed");
}

}  // namespace bowline
