#include "bowline/os/address.h"

#include "bowline/os/socket_calls.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace bowline::os {
namespace {

Address there_and_back(const Address& address) {
  SocketAddress system = to_system(address);
  return from_system(system.get(), system.size);
}

TEST(SocketAddress, of_each_kind_leads_back_to_it) {
  for (const Address& address :
       {*Address::parse_ip("192.0.2.1", 8000), *Address::parse_ip("2001:db8::1", 65535),
        *Address::parse_ip("fe80::1%7", 1), Address::unix_path("/run/x.sock"),
        Address::unix_path(std::string(107, 'x')), Address::unix_abstract("name"),
        Address::unix_abstract(std::string(107, 'x')), Address::unix_unnamed(),
        Address::unix_abstract(std::string_view("a\0b", 3)), Address::unix_abstract("")}) {
    EXPECT_EQ(there_and_back(address), address) << address.text();
  }
}

TEST(SocketAddress, of_ipv4_is_in_network_byte_order) {
  SocketAddress system = to_system(Address::ipv4(0x7F000001, 0x1234));
  sockaddr_in ipv4;
  std::memcpy(&ipv4, system.get(), sizeof ipv4);
  EXPECT_EQ(ipv4.sin_family, AF_INET);
  EXPECT_EQ(ipv4.sin_port, htons(0x1234));
  EXPECT_EQ(ipv4.sin_addr.s_addr, htonl(0x7F000001));
  EXPECT_EQ(system.size, sizeof ipv4);
}

TEST(SocketAddress, of_what_no_socket_can_have_is_empty) {
  EXPECT_EQ(to_system(Address()).size, 0u);
  EXPECT_EQ(to_system(Address::unix_path(std::string(108, 'x'))).size, 0u);
  EXPECT_EQ(to_system(Address::unix_abstract(std::string(108, 'x'))).size, 0u);
}

TEST(SocketAddress, of_a_strange_family_or_cut_short_is_none) {
  SocketAddress system = to_system(*Address::parse_ip("::1", 1));
  for (socklen_t size = 0; size < system.size; ++size) {
    EXPECT_EQ(from_system(system.get(), size).family(), Family::none) << size;
  }
  system.get()->sa_family = AF_PACKET;
  EXPECT_EQ(from_system(system.get(), system.size).family(), Family::none);
  EXPECT_EQ(from_system(nullptr, 0).family(), Family::none);
}

// unix(7): a path may fill the whole room, without a zero at its end.
TEST(SocketAddress, of_a_path_without_a_zero_at_its_end_is_whole) {
  sockaddr_un system{};
  system.sun_family = AF_UNIX;
  std::memset(system.sun_path, 'x', sizeof system.sun_path);
  sockaddr_storage storage{};
  std::memcpy(&storage, &system, sizeof system);
  Address address = from_system(reinterpret_cast<sockaddr*>(&storage), sizeof system);
  EXPECT_EQ(address.path(), std::string(108, 'x'));
}

TEST(SystemFamily, leads_there_and_back) {
  for (Family family : {Family::none, Family::ipv4, Family::ipv6, Family::local}) {
    EXPECT_EQ(family_of(system_family(family)), family);
  }
  EXPECT_EQ(family_of(AF_PACKET), Family::none);
}

TEST(LocalAddress, is_the_one_that_was_bound) {
  FileDescriptor socket(open_socket(Family::ipv4, SOCK_STREAM));
  ASSERT_EQ(bind_to(socket.get(), Address::ipv4(INADDR_LOOPBACK, 0)), 0);
  Address address;
  EXPECT_EQ(local_address(socket.get(), address), 0);
  EXPECT_EQ(address.host(), "127.0.0.1");
  EXPECT_NE(address.port(), 0);
}

TEST(PeerAddress, of_a_socket_that_is_not_connected_is_an_error) {
  FileDescriptor socket(open_socket(Family::ipv4, SOCK_STREAM));
  Address address;
  EXPECT_EQ(peer_address(socket.get(), address), -ENOTCONN);
  EXPECT_EQ(local_address(-1, address), -EBADF);
}

TEST(PeerAddress, of_a_pair_has_no_name) {
  FileDescriptor first, second;
  ASSERT_EQ(open_pair(SOCK_STREAM, first, second), 0);
  Address address;
  EXPECT_EQ(peer_address(first.get(), address), 0);
  EXPECT_EQ(address, Address::unix_unnamed());
}

}  // namespace
}  // namespace bowline::os
