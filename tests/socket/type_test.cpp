#include "bowline/socket/type.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace bowline {
namespace {

TEST(Type, leads_to_the_systems_and_back) {
  for (Type type : {Type::stream, Type::datagram, Type::raw, Type::seqpacket}) {
    EXPECT_EQ(type_of(system_type(type)), type);
  }
  EXPECT_EQ(system_type(Type::stream), SOCK_STREAM);
  EXPECT_EQ(system_type(Type::datagram), SOCK_DGRAM);
}

TEST(Type, has_a_scheme_in_each_family) {
  EXPECT_EQ(scheme_of(Family::ipv4, Type::stream), "tcp");
  EXPECT_EQ(scheme_of(Family::ipv6, Type::datagram), "udp");
  EXPECT_EQ(scheme_of(Family::local, Type::stream), "unix");
  EXPECT_EQ(scheme_of(Family::local, Type::seqpacket), "unix");
  EXPECT_EQ(scheme_of(Family::local, Type::datagram), "unixgram");
  EXPECT_EQ(scheme_of(Family::ipv4, Type::raw), "raw");
}

}  // namespace
}  // namespace bowline
