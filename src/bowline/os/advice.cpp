#include "bowline/os/advice.h"

#include "bowline/os/path_advice.h"
#include "bowline/os/port_advice.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <string_view>

namespace bowline::os {
namespace {

constexpr std::size_t shown_addresses_max = 4;

struct Failure {
  Action action;
  const Address& address;
  int number;

  bool is_path() const { return address.family() == Family::local; }
};

// The number in a file of /proc/sys, or `otherwise`.
long long setting(const char* path, long long otherwise) {
  std::FILE* file = std::fopen(path, "re");
  if (!file) return otherwise;
  char text[32];
  std::size_t size = std::fread(text, 1, sizeof text, file);
  std::fclose(file);
  long long value = otherwise;
  std::from_chars(text, text + size, value);
  return value;
}

std::string this_program() {
  char path[4096];
  ssize_t size = ::readlink("/proc/self/exe", path, sizeof path);
  if (size <= 0 || size == sizeof path) return "PROGRAM";
  return std::string(path, static_cast<std::size_t>(size));
}

std::string right_text(std::string_view what, std::string_view right, std::string_view capability) {
  return fmt::format("{} the right {}: run as root, or grant it once with `sudo setcap {}=+ep {}`",
                     what, right, capability, this_program());
}

std::string low_port_text(const Address& address) {
  long long start = setting("/proc/sys/net/ipv4/ip_unprivileged_port_start", 1024);
  if (address.port() == 0 || address.port() >= start) {
    return "a rule of this system refuses it (SELinux, AppArmor, a sandbox)";
  }
  std::string what = fmt::format("ports below {} need", start);
  return fmt::format(
      "{}; or `sudo sysctl net.ipv4.ip_unprivileged_port_start={}` (now {}); or choose a port from "
      "{}",
      right_text(what, "CAP_NET_BIND_SERVICE", "cap_net_bind_service"), address.port(), start,
      start);
}

std::string denied_advice(const Failure& failure) {
  bool binding = failure.action == Action::bind;
  if (failure.action == Action::open)
    return right_text("raw sockets need", "CAP_NET_RAW", "cap_net_raw");
  if (failure.is_path()) return path_denied_advice(failure.address, binding);
  if (!failure.address.is_ip()) return {};
  if (binding) return low_port_text(failure.address);
  if (failure.action != Action::connect && failure.action != Action::send) return {};
  constexpr std::uint32_t broadcast = 0xFFFFFFFF;
  bool ipv4 = failure.address.family() == Family::ipv4;
  if (failure.number == EACCES && ipv4 && failure.address.ipv4_value() == broadcast) {
    return "a broadcast address needs the option SO_BROADCAST";
  }
  return "a firewall or a rule of this machine refuses it";
}

// For an address that is none of this machine.
std::string foreign_address_text(const Address& address) {
  bool ipv4 = address.family() == Family::ipv4;
  std::string known;
  std::size_t count = 0;
  for (const Address& local : local_addresses()) {
    if (local.family() != address.family()) continue;
    if (++count > shown_addresses_max) {
      known += ", ...";
      break;
    }
    known += (known.empty() ? "" : ", ") + local.host();
  }
  if (known.empty()) {
    return fmt::format("this machine has no {} address", ipv4 ? "IPv4" : "IPv6");
  }
  return fmt::format("this machine does not have {}, but {}; {} means all", address.host(), known,
                     ipv4 ? "0.0.0.0" : "::");
}

std::string not_available_advice(const Failure& failure) {
  if (!failure.address.is_ip()) return {};
  if (failure.action == Action::bind) return foreign_address_text(failure.address);
  if (failure.action != Action::connect) return {};
  if (failure.address.port() == 0) return "port 0 is no port to connect to; give the server's port";
  for (const Address& local : local_addresses()) {
    if (local.family() != failure.address.family()) continue;
    return "no local port is free for one more connection there (sysctl "
           "net.ipv4.ip_local_port_range)";
  }
  return foreign_address_text(failure.address);
}

std::string refused_advice(const Failure& failure) {
  if (failure.is_path()) return path_refused_advice(failure.address);
  if (!failure.address.is_ip()) return {};
  // Only UDP is refused later than at connecting: by the ICMP answer to what was sent.
  bool tcp = failure.action == Action::connect;
  return port_refused_advice(failure.address, tcp ? SocketKind::tcp : SocketKind::udp);
}

std::string unreachable_advice(const Failure& failure) {
  if (!failure.address.is_ip()) return {};
  if (failure.number == EHOSTUNREACH) {
    return "no such host answers on its network, or a firewall refuses";
  }
  if (failure.number == ENETDOWN) return "the network interface is down (`ip link`)";
  if (failure.address.family() == Family::ipv6) {
    return "this machine has no IPv6 route to it (`ip -6 route`); an IPv4 address may work";
  }
  return "this machine has no route to it (`ip route`): is the network up?";
}

std::string timed_out_advice(const Failure& failure) {
  // Later silence has no such reasons: the peer may just have nothing to say.
  if (failure.action != Action::connect || !failure.address.is_ip()) return {};
  if (failure.address.is_loopback()) {
    return "no answer: the server's queue of connections to accept may be full";
  }
  return "no answer: a firewall may drop packets, or the host is down";
}

std::string descriptors_advice(int number) {
  if (number == ENFILE) {
    long long limit = setting("/proc/sys/fs/file-max", 0);
    std::string now = limit ? fmt::format(", now {}", limit) : "";
    return fmt::format("the whole system is at its limit of open files (sysctl fs.file-max{})",
                       now);
  }
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < limit.rlim_max) {
    return fmt::format("all {} descriptors of this process are in use; `ulimit -n {}` allows more",
                       limit.rlim_cur, limit.rlim_max);
  }
  return fmt::format(
      "all {} descriptors of this process are in use; root can raise the limit "
      "(`ulimit -n`)",
      limit.rlim_cur);
}

std::string unsupported_advice(const Failure& failure) {
  if (failure.number == EAFNOSUPPORT && failure.address.family() == Family::ipv6) {
    return "this kernel has no IPv6; use an IPv4 address";
  }
  if (failure.action != Action::open) return {};
  return "this kernel, or a sandbox around the program, has no such sockets";
}

std::string invalid_advice(const Failure& failure) {
  if (failure.address.family() != Family::ipv6 || failure.address.scope() != 0) return {};
  const auto& bytes = failure.address.ipv6_bytes();
  bool link_local = bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80;
  if (!link_local) return {};
  return fmt::format("a link-local address needs its interface: [{}%eth0]", failure.address.host());
}

// What has to do with how a connection goes on, rather than with getting one.
std::string connection_advice(const Failure& failure) {
  switch (failure.number) {
    case ECONNRESET:
      return "the peer cut the connection: it ended, or closed without reading all that was sent";
    case ECONNABORTED:
      return failure.action == Action::accept ? "the client left before it was accepted" : "";
    case EPIPE:
      return "the peer has closed the connection, or this side has ended its sending";
    case EMSGSIZE:
      if (failure.action != Action::send || !failure.address.is_ip()) return {};
      return fmt::format("a datagram has at most {} bytes",
                         failure.address.family() == Family::ipv4 ? 65507 : 65527);
    case EAGAIN:
      if (failure.action != Action::connect || !failure.is_path()) return {};
      return "the server's queue of connections to accept is full";
    case EPROTOTYPE:
      return failure.is_path()
                 ? "the socket there is of another type: stream, datagram or seqpacket"
                 : "";
    default:
      return {};
  }
}

std::string look_up(const Failure& failure) {
  switch (failure.number) {
    case EADDRINUSE:
      if (failure.action != Action::bind && failure.action != Action::listen) return {};
      if (failure.is_path()) return path_in_use_advice(failure.address);
      return failure.address.is_ip() ? port_in_use_advice(failure.address) : "";
    case ECONNREFUSED:
      return refused_advice(failure);
    case EACCES:
    case EPERM:
      return denied_advice(failure);
    case ENOENT:
    case ENOTDIR:
      if (!failure.is_path()) return {};
      return path_missing_advice(failure.address, failure.action == Action::bind);
    case ENAMETOOLONG:
      return failure.is_path() ? path_too_long_advice(failure.address) : "";
    case EADDRNOTAVAIL:
      return not_available_advice(failure);
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
      return unreachable_advice(failure);
    case ETIMEDOUT:
      return timed_out_advice(failure);
    case EMFILE:
    case ENFILE:
      return descriptors_advice(failure.number);
    case EPROTONOSUPPORT:
    case ESOCKTNOSUPPORT:
    case EAFNOSUPPORT:
      return unsupported_advice(failure);
    case EINVAL:
      return invalid_advice(failure);
    default:
      return connection_advice(failure);
  }
}

}  // namespace

std::string advice(Action action, const Address& address, int error_number) noexcept {
  int saved = errno;
  std::string text;
  try {
    text = look_up({action, address, error_number});
  } catch (...) {
    // Out of memory: the error itself is still told.
    text = {};
  }
  errno = saved;
  return text;
}

}  // namespace bowline::os
