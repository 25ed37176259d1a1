#include "bowline/os/address.h"

#include <netinet/in.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace bowline::os {
namespace {

constexpr socklen_t unix_header_size = offsetof(sockaddr_un, sun_path);
static_assert(unix_path_size_max == sizeof(sockaddr_un::sun_path) - 1);

void store_ipv4(const Address& address, SocketAddress& out) {
  sockaddr_in system{};
  system.sin_family = AF_INET;
  system.sin_port = htons(address.port());
  system.sin_addr.s_addr = htonl(address.ipv4_value());
  std::memcpy(&out.storage, &system, sizeof system);
  out.size = sizeof system;
}

void store_ipv6(const Address& address, SocketAddress& out) {
  sockaddr_in6 system{};
  system.sin6_family = AF_INET6;
  system.sin6_port = htons(address.port());
  system.sin6_scope_id = address.scope();
  std::memcpy(&system.sin6_addr, address.ipv6_bytes().data(), sizeof system.sin6_addr);
  std::memcpy(&out.storage, &system, sizeof system);
  out.size = sizeof system;
}

// An abstract name has a zero byte before it, a path one after it; unnamed is the family alone.
void store_unix(const Address& address, SocketAddress& out) {
  std::string_view path = address.path();
  if (path.size() > unix_path_size_max) return;
  sockaddr_un system{};
  system.sun_family = AF_UNIX;
  path.copy(system.sun_path + (address.is_abstract() ? 1 : 0), path.size());
  std::memcpy(&out.storage, &system, sizeof system);
  bool unnamed = path.empty() && !address.is_abstract();
  out.size = unix_header_size + static_cast<socklen_t>(unnamed ? 0 : path.size() + 1);
}

Address load_unix(const sockaddr* address, socklen_t size) {
  std::string_view path(address->sa_data, size - unix_header_size);
  if (path.empty()) return Address::unix_unnamed();
  if (path[0] == '\0') return Address::unix_abstract(path.substr(1));
  return Address::unix_path(path.substr(0, path.find('\0')));
}

using NameCall = int (*)(int, sockaddr*, socklen_t*);

int name_of(int fd, NameCall call, Address& address) {
  SocketAddress system;
  system.size = sizeof system.storage;
  if (call(fd, system.get(), &system.size) < 0) return -errno;
  address = from_system(system.get(), system.size);
  return 0;
}

}  // namespace

SocketAddress to_system(const Address& address) {
  SocketAddress out{};
  store(address, out);
  return out;
}

void store(const Address& address, SocketAddress& out) {
  out.size = 0;
  switch (address.family()) {
    case Family::none:
      break;
    case Family::ipv4:
      store_ipv4(address, out);
      break;
    case Family::ipv6:
      store_ipv6(address, out);
      break;
    case Family::local:
      store_unix(address, out);
      break;
  }
}

Address from_system(const sockaddr* address, socklen_t size) {
  if (address == nullptr || size < sizeof(sa_family_t)) return {};
  if (address->sa_family == AF_UNIX) return load_unix(address, size);
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in system;
    std::memcpy(&system, address, sizeof system);
    return Address::ipv4(ntohl(system.sin_addr.s_addr), ntohs(system.sin_port));
  }
  if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 system;
    std::memcpy(&system, address, sizeof system);
    Address::Ipv6Bytes bytes;
    std::memcpy(bytes.data(), &system.sin6_addr, bytes.size());
    return Address::ipv6(bytes, ntohs(system.sin6_port), system.sin6_scope_id);
  }
  return {};
}

int system_family(Family family) {
  switch (family) {
    case Family::none:
      break;
    case Family::ipv4:
      return AF_INET;
    case Family::ipv6:
      return AF_INET6;
    case Family::local:
      return AF_UNIX;
  }
  return AF_UNSPEC;
}

Family family_of(int system_family) {
  switch (system_family) {
    case AF_INET:
      return Family::ipv4;
    case AF_INET6:
      return Family::ipv6;
    case AF_UNIX:
      return Family::local;
    default:
      return Family::none;
  }
}

int local_address(int fd, Address& address) {
  return name_of(fd, ::getsockname, address);
}
int peer_address(int fd, Address& address) {
  return name_of(fd, ::getpeername, address);
}

}  // namespace bowline::os
