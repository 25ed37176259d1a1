// Between bowline's Address and what the system calls take: sockaddr (ip(7), ipv6(7), unix(7)).
// What a system call gives may be of any family: what bowline does not speak becomes
// Family::none.
#pragma once

#include "bowline/base/address.h"

#include <sys/socket.h>

namespace bowline::os {

struct SocketAddress {
  sockaddr_storage storage;
  // Zero for what no socket can have: Family::none, and Unix paths of more than 107 bytes. System
  // calls then answer EINVAL.
  socklen_t size;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

// The longest path or abstract name, in bytes: one is left for the zero that goes with it.
inline constexpr int unix_path_size_max = 107;

SocketAddress to_system(const Address& address);
// The same without clearing all of it first, for those that are made by the million.
void store(const Address& address, SocketAddress& out);
// Family::none for families that bowline does not speak, and for an address cut short.
Address from_system(const sockaddr* address, socklen_t size);

// AF_INET and the like; AF_UNSPEC for Family::none.
int system_family(Family family);
// The other way; Family::none for what bowline does not speak.
Family family_of(int system_family);

// The two ends of a socket: getsockname(2), getpeername(2). 0 or -errno.
int local_address(int fd, Address& address);
int peer_address(int fd, Address& address);

}  // namespace bowline::os
