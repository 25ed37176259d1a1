#include "bowline/os/port_advice.h"

#include "tests/support/held_sockets.h"

#include <gmock/gmock.h>

namespace bowline::os {
namespace {

using namespace test;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

Address ip(const char* host, std::uint16_t port = 0) {
  return *Address::parse_ip(host, port);
}

TEST(PortInUse, names_the_process_that_listens) {
  Child child([] { return listening(); });
  std::string expected = child.shown() + " listens there; stop it or choose another port";
  EXPECT_EQ(port_in_use_advice(ip("127.0.0.1", child.port())), expected);
  EXPECT_EQ(port_in_use_advice(ip("0.0.0.0", child.port())), expected);
}

TEST(PortInUse, names_the_process_that_listens_on_all_addresses_of_both_families) {
  if (!has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  Child child([] { return listening(ip("::")); });
  EXPECT_THAT(port_in_use_advice(ip("127.0.0.1", child.port())), StartsWith(child.shown()));
}

TEST(PortInUse, says_when_it_is_this_process) {
  FileDescriptor listener = listening();
  EXPECT_EQ(port_in_use_advice(address_of(listener)), "this process already listens there");
}

// At addresses of its own, where no connection of another test has left the port behind.
TEST(PortInUse, names_the_process_that_has_a_udp_port) {
  Child child([] { return bound(ip("127.0.77.3"), SOCK_DGRAM); });
  EXPECT_EQ(port_in_use_advice(ip("127.0.77.3", child.port())),
            child.shown() + " has that UDP port; stop it or choose another port");
}

TEST(PortInUse, finds_what_is_bound_without_listening) {
  Child child([] { return bound(any_port()); });
  std::string text = port_in_use_advice(ip("127.0.0.1", child.port()));
  if (text.starts_with("another socket")) GTEST_SKIP() << "Linux lists these since 6.8";
  EXPECT_THAT(text, StartsWith(child.shown() + " has bound it without listening"));
}

TEST(PortInUse, knows_what_connections_leave_behind) {
  FileDescriptor listener = listening();
  Address address = address_of(listener);
  FileDescriptor client = connected(address);
  FileDescriptor server = accepted(listener);
  listener.close();
  EXPECT_EQ(port_in_use_advice(address), "this process already has connections on it");
  server.close();
  std::byte none[1];
  ASSERT_EQ(receive_bytes(client.get(), none), 0);
  client.close();
  EXPECT_TRUE(
      soon([&] { return port_in_use_advice(address).find("SO_REUSEADDR") != std::string::npos; }));
}

TEST(PortInUse, of_port_zero_means_that_none_is_free) {
  EXPECT_THAT(port_in_use_advice(any_port()), HasSubstr("ip_local_port_range"));
}

TEST(PortInUse, is_not_blamed_on_other_hosts_sockets) {
  FileDescriptor listener = listening(ip("127.0.77.2"));
  std::string text = port_in_use_advice(ip("127.0.77.1", address_of(listener).port()));
  EXPECT_THAT(text, StartsWith("another socket"));
}

TEST(PortRefused, shows_the_nearest_port_and_its_process) {
  Child child([] { return listening(); });
  auto near = static_cast<std::uint16_t>(child.port() ^ 1);
  std::string shown = std::to_string(child.port()) + " (holder)";
  EXPECT_THAT(port_refused_advice(ip("127.0.0.1", near), SocketKind::tcp),
              AllOf(StartsWith("nothing is listening there; on this host th"), HasSubstr(shown)));
}

TEST(PortRefused, shows_three_ports_at_most_the_nearest_first) {
  std::vector<FileDescriptor> listeners;
  for (int count = 0; count < 6; ++count) listeners.push_back(listening());
  std::string text = port_refused_advice(ip("127.0.0.1", 1), SocketKind::tcp);
  EXPECT_EQ(std::count(text.begin(), text.end(), ','), 2) << text;
}

TEST(PortRefused, tells_the_address_that_does_listen) {
  FileDescriptor listener = listening(ip("127.0.0.2"));
  std::uint16_t port = address_of(listener).port();
  std::string number = std::to_string(port);
  EXPECT_EQ(port_refused_advice(ip("127.0.0.1", port), SocketKind::tcp),
            "something listens on 127.0.0.2:" + number + ", not on 127.0.0.1:" + number);
}

TEST(PortRefused, tells_the_family_that_does_listen) {
  if (!has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  FileDescriptor listener = listening(ipv6_any_port());
  std::uint16_t port = address_of(listener).port();
  std::string number = std::to_string(port);
  EXPECT_EQ(port_refused_advice(ip("127.0.0.1", port), SocketKind::tcp),
            "something listens on [::1]:" + number + ", not on 127.0.0.1:" + number);
}

TEST(PortRefused, says_to_try_again_when_something_listens_now) {
  FileDescriptor listener = listening();
  EXPECT_THAT(port_refused_advice(address_of(listener), SocketKind::tcp), HasSubstr("try again"));
}

TEST(PortRefused, of_other_hosts_tells_nothing_of_this_one) {
  FileDescriptor listener = listening();
  EXPECT_EQ(port_refused_advice(ip("203.0.113.1", 8000), SocketKind::tcp),
            "nothing is listening there");
}

TEST(Hosts, overlap_when_equal_or_when_one_is_all) {
  EXPECT_TRUE(hosts_overlap(ip("127.0.0.1"), ip("127.0.0.1", 5)));
  EXPECT_TRUE(hosts_overlap(ip("0.0.0.0"), ip("127.0.0.1")));
  EXPECT_TRUE(hosts_overlap(ip("127.0.0.1"), ip("::")));
  EXPECT_TRUE(hosts_overlap(ip("::"), ip("::1")));
  EXPECT_TRUE(hosts_overlap(ip("::ffff:127.0.0.1"), ip("127.0.0.1")));
  EXPECT_FALSE(hosts_overlap(ip("127.0.0.1"), ip("127.0.0.2")));
  EXPECT_FALSE(hosts_overlap(ip("0.0.0.0"), ip("::1")));
  EXPECT_FALSE(hosts_overlap(Address(), ip("0.0.0.0")));
}

TEST(LocalAddresses, have_loopback_last) {
  std::vector<Address> addresses = local_addresses();
  ASSERT_THAT(addresses, Contains(ip("127.0.0.1")));
  EXPECT_TRUE(addresses.back().is_loopback());
}

}  // namespace
}  // namespace bowline::os
