#include "bowline/os/advice.h"

#include "tests/support/held_sockets.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <cerrno>
#include <fstream>

namespace bowline::os {
namespace {

using namespace test;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

Address address(const char* host, std::uint16_t port = 80) {
  return *Address::parse_ip(host, port);
}

const Address nowhere;

TEST(Advice, says_who_has_a_port_in_use) {
  Child child([] { return listening(); });
  Address taken = Address::ipv4(loopback, child.port());
  std::string expected = child.shown() + " listens there; stop it or choose another port";
  EXPECT_EQ(advice(Action::bind, taken, EADDRINUSE), expected);
  EXPECT_EQ(advice(Action::listen, taken, EADDRINUSE), expected);
}

TEST(Advice, says_that_nothing_listens_where_one_is_refused) {
  EXPECT_THAT(advice(Action::connect, free_address(), ECONNREFUSED),
              StartsWith("nothing is listening there"));
}

TEST(Advice, on_refused_datagrams_looks_at_udp) {
  FileDescriptor server = bound(any_port(), SOCK_DGRAM);
  std::string port = std::to_string(address_of(server).port());
  Address near = address_of(server).with_port(address_of(server).port() ^ 1);
  EXPECT_THAT(advice(Action::receive, near, ECONNREFUSED), HasSubstr(port));
}

TEST(Advice, names_the_right_that_low_ports_need) {
  int start = 1024;
  std::ifstream("/proc/sys/net/ipv4/ip_unprivileged_port_start") >> start;
  if (start <= 1) GTEST_SKIP() << "all ports are free to use here";
  std::string text = advice(Action::bind, address("127.0.0.1", 1), EACCES);
  EXPECT_THAT(text, AllOf(HasSubstr("CAP_NET_BIND_SERVICE"),
                          HasSubstr("sudo setcap cap_net_bind_service=+ep /"),
                          HasSubstr("sudo sysctl net.ipv4.ip_unprivileged_port_start=1`"),
                          HasSubstr("now " + std::to_string(start))));
  EXPECT_EQ(advice(Action::bind, address("127.0.0.1", 1), EPERM), text);
}

TEST(Advice, on_high_ports_blames_no_missing_right) {
  EXPECT_THAT(advice(Action::bind, address("127.0.0.1", 60000), EACCES), Not(HasSubstr("CAP_")));
}

TEST(Advice, names_the_right_that_raw_sockets_need) {
  EXPECT_THAT(advice(Action::open, nowhere, EPERM), HasSubstr("CAP_NET_RAW"));
}

TEST(Advice, knows_that_broadcast_is_an_option) {
  EXPECT_THAT(advice(Action::send, address("255.255.255.255"), EACCES), HasSubstr("SO_BROADCAST"));
  EXPECT_THAT(advice(Action::connect, address("192.0.2.1"), EPERM), HasSubstr("firewall"));
}

TEST(Advice, lists_the_addresses_that_can_be_bound) {
  EXPECT_THAT(advice(Action::bind, address("192.0.2.1"), EADDRNOTAVAIL),
              AllOf(HasSubstr("does not have 192.0.2.1"), HasSubstr("127.0.0.1"),
                    HasSubstr("0.0.0.0 means all")));
}

TEST(Advice, says_when_no_local_port_is_left_to_connect_from) {
  EXPECT_THAT(advice(Action::connect, address("127.0.0.1"), EADDRNOTAVAIL),
              HasSubstr("ip_local_port_range"));
  EXPECT_THAT(advice(Action::connect, address("127.0.0.1", 0), EADDRNOTAVAIL), HasSubstr("port 0"));
}

TEST(Advice, tells_ways_to_be_unreachable_apart) {
  std::string network = advice(Action::connect, address("192.0.2.1"), ENETUNREACH);
  std::string network6 = advice(Action::connect, address("2001:db8::1"), ENETUNREACH);
  std::string host = advice(Action::connect, address("192.0.2.1"), EHOSTUNREACH);
  EXPECT_THAT(network, HasSubstr("no route"));
  EXPECT_THAT(network6, HasSubstr("no IPv6 route"));
  EXPECT_THAT(host, HasSubstr("no such host answers"));
}

TEST(Advice, explains_timeouts_of_connecting_only) {
  EXPECT_EQ(advice(Action::connect, address("192.0.2.1"), ETIMEDOUT),
            "no answer: a firewall may drop packets, or the host is down");
  EXPECT_THAT(advice(Action::connect, address("127.0.0.1"), ETIMEDOUT), HasSubstr("queue"));
  EXPECT_THAT(advice(Action::receive, address("192.0.2.1"), ETIMEDOUT), IsEmpty());
}

TEST(Advice, tells_the_limit_of_descriptors) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_THAT(advice(Action::accept, nowhere, EMFILE),
              AllOf(HasSubstr("all " + std::to_string(limit.rlim_cur)), HasSubstr("ulimit -n")));
  EXPECT_THAT(advice(Action::accept, nowhere, ENFILE), HasSubstr("fs.file-max"));
}

TEST(Advice, works_without_descriptors) {
  FileDescriptor listener = listening();
  Address taken = address_of(listener);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  std::string in_use = advice(Action::bind, taken, EADDRINUSE);
  std::string refused = advice(Action::connect, taken, ECONNREFUSED);
  std::string full = advice(Action::accept, nowhere, ENFILE);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_THAT(in_use, Not(IsEmpty()));
  EXPECT_THAT(refused, StartsWith("nothing is listening there"));
  EXPECT_THAT(full, Not(IsEmpty()));
}

TEST(Advice, explains_ends_of_connections) {
  EXPECT_THAT(advice(Action::receive, address("192.0.2.1"), ECONNRESET), HasSubstr("peer"));
  EXPECT_THAT(advice(Action::send, address("192.0.2.1"), EPIPE), HasSubstr("closed"));
  EXPECT_THAT(advice(Action::accept, nowhere, ECONNABORTED), HasSubstr("client left"));
}

TEST(Advice, tells_how_long_a_datagram_may_be) {
  EXPECT_THAT(advice(Action::send, address("192.0.2.1"), EMSGSIZE), HasSubstr("65507"));
  EXPECT_THAT(advice(Action::send, address("::1"), EMSGSIZE), HasSubstr("65527"));
}

TEST(Advice, tells_that_link_local_addresses_need_an_interface) {
  EXPECT_THAT(advice(Action::connect, address("fe80::1"), EINVAL), HasSubstr("[fe80::1%eth0]"));
  EXPECT_THAT(advice(Action::connect, address("fe80::1%2"), EINVAL), IsEmpty());
}

TEST(Advice, knows_kernels_without_a_kind_of_socket) {
  EXPECT_THAT(advice(Action::open, nowhere, EPROTONOSUPPORT), HasSubstr("no such sockets"));
  EXPECT_THAT(advice(Action::open, address("::1"), EAFNOSUPPORT), HasSubstr("no IPv6"));
}

TEST(Advice, on_unix_paths_looks_at_the_file) {
  Folder folder;
  EXPECT_THAT(advice(Action::connect, folder.address("none"), ENOENT), HasSubstr("no such socket"));
  EXPECT_THAT(advice(Action::bind, folder.address("no/socket"), ENOENT), HasSubstr("no directory"));
  bound(folder.address("left"));
  EXPECT_THAT(advice(Action::connect, folder.address("left"), ECONNREFUSED),
              HasSubstr("left over"));
  EXPECT_THAT(advice(Action::bind, folder.address("left"), EADDRINUSE), HasSubstr("left over"));
  EXPECT_THAT(advice(Action::bind, folder.address("left"), EACCES), HasSubstr("no right"));
  Address long_path = Address::unix_path(std::string(120, 'x'));
  EXPECT_THAT(advice(Action::bind, long_path, ENAMETOOLONG), HasSubstr("at most 107 bytes"));
}

TEST(Advice, is_nothing_where_there_is_nothing_to_add) {
  EXPECT_THAT(advice(Action::connect, address("127.0.0.1"), EINVAL), IsEmpty());
  EXPECT_THAT(advice(Action::receive, nowhere, EAGAIN), IsEmpty());
  EXPECT_THAT(advice(Action::connect, nowhere, ECONNREFUSED), IsEmpty());
  EXPECT_THAT(advice(Action::connect, nowhere, 0), IsEmpty());
  EXPECT_THAT(advice(Action::connect, nowhere, -1), IsEmpty());
}

TEST(Advice, is_one_line_and_keeps_errno_whatever_it_is_asked) {
  const Address addresses[] = {nowhere,
                               address("127.0.0.1", 0),
                               address("::1"),
                               address("203.0.113.1"),
                               Address::unix_path("/no/such/path"),
                               Address::unix_abstract("none"),
                               Address::unix_unnamed()};
  for (int action = 0; action <= static_cast<int>(Action::open); ++action) {
    for (const Address& one : addresses) {
      for (int number = 0; number < 135; ++number) {
        errno = 77;
        std::string text = advice(static_cast<Action>(action), one, number);
        EXPECT_EQ(errno, 77);
        EXPECT_EQ(text.find('\n'), std::string::npos) << text;
        EXPECT_LT(text.size(), 600u) << text;
      }
    }
  }
}

}  // namespace
}  // namespace bowline::os
