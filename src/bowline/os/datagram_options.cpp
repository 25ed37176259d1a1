#include "bowline/os/datagram_options.h"

#include "bowline/os/address.h"
#include "bowline/os/socket_calls.h"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <cerrno>
#include <cstring>

namespace bowline::os {
namespace {

// Sets the option of the socket's own family; only IPv4 and IPv6 have them.
int set_by_family(int fd, int name4, int name6, int value) {
  int domain = 0;
  if (int error = option(fd, SOL_SOCKET, SO_DOMAIN, domain); error < 0) return error;
  if (domain == AF_INET) return set_option(fd, IPPROTO_IP, name4, value);
  return domain == AF_INET6 ? set_option(fd, IPPROTO_IPV6, name6, value) : -EOPNOTSUPP;
}

}  // namespace

int change_group(int fd, const Address& group, unsigned interface, bool join) {
  if (!group.is_ip()) return -EOPNOTSUPP;
  group_req request{};
  request.gr_interface = interface;
  SocketAddress address = to_system(group);
  std::memcpy(&request.gr_group, &address.storage, sizeof request.gr_group);
  int level = group.family() == Family::ipv4 ? IPPROTO_IP : IPPROTO_IPV6;
  int name = join ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP;
  return ::setsockopt(fd, level, name, &request, sizeof request) < 0 ? -errno : 0;
}

int set_multicast_loop(int fd, bool on) {
  return set_by_family(fd, IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP, on);
}

int set_multicast_hops(int fd, int hops) {
  return set_by_family(fd, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS, hops);
}

int set_multicast_interface(int fd, unsigned interface) {
  int domain = 0;
  if (int error = option(fd, SOL_SOCKET, SO_DOMAIN, domain); error < 0) return error;
  if (domain == AF_INET6) {
    return set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(interface));
  }
  if (domain != AF_INET) return -EOPNOTSUPP;
  ip_mreqn request{};
  request.imr_ifindex = static_cast<int>(interface);
  return ::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request) < 0 ? -errno : 0;
}

int set_coalescing(int fd, bool on) {
  return set_option(fd, IPPROTO_UDP, UDP_GRO, on);
}

bool can_segment(int fd) {
  int value = 0;
  return option(fd, IPPROTO_UDP, UDP_SEGMENT, value) == 0;
}

void* SegmentNote::write(std::uint16_t segment_size) {
  auto* head = reinterpret_cast<cmsghdr*>(bytes);
  head->cmsg_level = IPPROTO_UDP;
  head->cmsg_type = UDP_SEGMENT;
  head->cmsg_len = CMSG_LEN(sizeof segment_size);
  std::memcpy(CMSG_DATA(head), &segment_size, sizeof segment_size);
  return bytes;
}

std::uint16_t SegmentNote::read(const msghdr& message) {
  auto* at = const_cast<msghdr*>(&message);
  for (cmsghdr* head = CMSG_FIRSTHDR(at); head; head = CMSG_NXTHDR(at, head)) {
    if (head->cmsg_level != IPPROTO_UDP || head->cmsg_type != UDP_GRO) continue;
    int size = 0;
    std::memcpy(&size, CMSG_DATA(head), sizeof size);
    return static_cast<std::uint16_t>(size);
  }
  return 0;
}

}  // namespace bowline::os
