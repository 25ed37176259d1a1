#include "bowline/server/admission.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

Address at(std::string_view ip, std::uint16_t port = 7) {
  return *Address::parse_ip(ip, port);
}

TEST(Admission, counts_each_address_for_itself) {
  Admission admission({.connections_per_address_max = 2});
  auto first = admission.enter(at("10.0.0.1", 1000));
  EXPECT_TRUE(first);
  EXPECT_TRUE(admission.enter(at("10.0.0.1", 1001)));
  EXPECT_FALSE(admission.enter(at("10.0.0.1", 1002)));
  EXPECT_TRUE(admission.enter(at("10.0.0.2")));
  admission.leave(*first);
  EXPECT_TRUE(admission.enter(at("10.0.0.1", 1002)));
  EXPECT_FALSE(admission.enter(at("10.0.0.1", 1003)));
}

TEST(Admission, takes_a_network_of_IPv6_for_one_address) {
  Admission admission({.connections_per_address_max = 1});
  EXPECT_TRUE(admission.enter(at("2001:db8::1")));
  EXPECT_FALSE(admission.enter(at("2001:db8::ffff:2")));
  EXPECT_TRUE(admission.enter(at("2001:db8:0:1::1")));
}

TEST(Admission, tells_IPv4_apart_behind_IPv6) {
  Admission admission({.connections_per_address_max = 1});
  EXPECT_TRUE(admission.enter(at("::ffff:10.0.0.1")));
  EXPECT_TRUE(admission.enter(at("::ffff:10.0.0.2")));
  EXPECT_FALSE(admission.enter(at("10.0.0.2")));
}

TEST(Admission, has_no_limit_for_those_without_an_address) {
  Admission admission({.connections_per_address_max = 1});
  for (int index = 0; index < 10; ++index) {
    EXPECT_TRUE(admission.enter(Address::unix_unnamed()));
  }
}

TEST(Admission, is_full_with_as_many_as_there_may_be) {
  Admission admission({.connections_max = 2});
  auto first = admission.enter(at("10.0.0.1"));
  EXPECT_FALSE(admission.is_full());
  EXPECT_TRUE(admission.enter(at("10.0.0.2")));
  EXPECT_TRUE(admission.is_full());
  admission.leave(*first);
  EXPECT_FALSE(admission.is_full());
}

TEST(Admission, forgets_those_who_have_left) {
  Admission admission({});
  auto first = admission.enter(at("10.0.0.1"));
  admission.leave(*first);
  for (int index = 0; index < 1000; ++index) {
    auto ticket = admission.enter(Address::ipv4(0x0A000000u + static_cast<unsigned>(index), 1));
    EXPECT_EQ(*ticket, *first);
    admission.leave(*ticket);
  }
}

}  // namespace
}  // namespace bowline
