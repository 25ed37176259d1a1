#include "bowline/os/datagram_options.h"

#include "bowline/os/file_descriptor.h"
#include "bowline/os/socket_calls.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cerrno>

namespace bowline::os {
namespace {

FileDescriptor open(Family family) {
  return FileDescriptor(open_socket(family, SOCK_DGRAM));
}

TEST(DatagramOptions, are_those_of_the_sockets_family) {
  FileDescriptor four = open(Family::ipv4);
  EXPECT_EQ(set_multicast_hops(four.get(), 5), 0);
  EXPECT_EQ(set_multicast_loop(four.get(), false), 0);
  int value = 0;
  EXPECT_EQ(option(four.get(), IPPROTO_IP, IP_MULTICAST_TTL, value), 0);
  EXPECT_EQ(value, 5);
  FileDescriptor six = open(Family::ipv6);
  EXPECT_EQ(set_multicast_hops(six.get(), 6), 0);
  EXPECT_EQ(set_multicast_loop(six.get(), false), 0);
  EXPECT_EQ(option(six.get(), IPPROTO_IPV6, IPV6_MULTICAST_HOPS, value), 0);
  EXPECT_EQ(value, 6);
  FileDescriptor local = open(Family::local);
  EXPECT_EQ(set_multicast_hops(local.get(), 5), -EOPNOTSUPP);
  EXPECT_EQ(set_multicast_interface(local.get(), 1), -EOPNOTSUPP);
  EXPECT_EQ(change_group(local.get(), Address::unix_unnamed(), 0, true), -EOPNOTSUPP);
}

TEST(DatagramOptions, only_a_groups_address_can_be_joined) {
  FileDescriptor four = open(Family::ipv4);
  EXPECT_EQ(change_group(four.get(), Address::ipv4(0x7F000001, 0), 0, true), -EINVAL);
  EXPECT_EQ(change_group(four.get(), Address::ipv4(0xE9010203, 0), 0, false), -EADDRNOTAVAIL);
}

TEST(SegmentNote, is_what_the_kernel_reads) {
  SegmentNote note;
  msghdr message{};
  message.msg_control = note.write(1200);
  message.msg_controllen = SegmentNote::written_size;
  EXPECT_EQ(CMSG_FIRSTHDR(&message)->cmsg_len, CMSG_LEN(2));
  EXPECT_EQ(SegmentNote::read(message), 0) << "that is what a receiver's would look like";
}

}  // namespace
}  // namespace bowline::os
