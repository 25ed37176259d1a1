// What only datagram sockets have: multicast, and datagrams that pass the kernel together (udp(7)).
// 0 or -errno, as in socket_calls.h.
#pragma once

#include "bowline/base/address.h"

#include <sys/socket.h>

#include <cstdint>

namespace bowline::os {

// Joins or leaves `group` on the interface of that index; 0: the system chooses by its routes.
int change_group(int fd, const Address& group, unsigned interface, bool join);
int set_multicast_loop(int fd, bool on);
// Through how many routers it may go; 0 stays on this host.
int set_multicast_hops(int fd, int hops);
int set_multicast_interface(int fd, unsigned interface);

// UDP_GRO: datagrams of one sender and size may be given as one. -ENOPROTOOPT where there is none.
int set_coalescing(int fd, bool on);
// Whether the kernel cuts what is sent into datagrams (UDP_SEGMENT).
bool can_segment(int fd);

// The control message that says how long each of several datagrams in one is.
struct SegmentNote {
  static constexpr std::size_t written_size = CMSG_SPACE(sizeof(std::uint16_t));
  alignas(cmsghdr) unsigned char bytes[CMSG_SPACE(sizeof(int))];

  // For sending; what msg_control then points to.
  void* write(std::uint16_t segment_size);
  // What came with `message`; 0 when it is one datagram.
  static std::uint16_t read(const msghdr& message);
};

}  // namespace bowline::os
