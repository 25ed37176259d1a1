#include "bowline/server/headcount.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

Address at(std::string_view ip, std::uint16_t port = 7) {
  return *Address::parse_ip(ip, port);
}

TEST(Headcount, counts_each_address_for_itself) {
  Headcount headcount({.connections_per_address_max = 2});
  auto first = headcount.enter(at("10.0.0.1", 1000));
  EXPECT_TRUE(first);
  EXPECT_TRUE(headcount.enter(at("10.0.0.1", 1001)));
  EXPECT_FALSE(headcount.enter(at("10.0.0.1", 1002)));
  EXPECT_TRUE(headcount.enter(at("10.0.0.2")));
  headcount.leave(*first);
  EXPECT_TRUE(headcount.enter(at("10.0.0.1", 1002)));
  EXPECT_FALSE(headcount.enter(at("10.0.0.1", 1003)));
}

TEST(Headcount, takes_a_network_of_IPv6_for_one_address) {
  Headcount headcount({.connections_per_address_max = 1});
  EXPECT_TRUE(headcount.enter(at("2001:db8::1")));
  EXPECT_FALSE(headcount.enter(at("2001:db8::ffff:2")));
  EXPECT_TRUE(headcount.enter(at("2001:db8:0:1::1")));
}

TEST(Headcount, tells_IPv4_apart_behind_IPv6) {
  Headcount headcount({.connections_per_address_max = 1});
  EXPECT_TRUE(headcount.enter(at("::ffff:10.0.0.1")));
  EXPECT_TRUE(headcount.enter(at("::ffff:10.0.0.2")));
  EXPECT_FALSE(headcount.enter(at("10.0.0.2")));
}

TEST(Headcount, has_no_limit_for_those_without_an_address) {
  Headcount headcount({.connections_per_address_max = 1});
  for (int index = 0; index < 10; ++index) {
    EXPECT_TRUE(headcount.enter(Address::unix_unnamed()));
  }
}

TEST(Headcount, is_full_with_as_many_as_there_may_be) {
  Headcount headcount({.connections_max = 2});
  auto first = headcount.enter(at("10.0.0.1"));
  EXPECT_FALSE(headcount.is_full());
  EXPECT_TRUE(headcount.enter(at("10.0.0.2")));
  EXPECT_TRUE(headcount.is_full());
  headcount.leave(*first);
  EXPECT_FALSE(headcount.is_full());
}

TEST(Headcount, takes_other_limits_and_keeps_who_is_in) {
  Headcount headcount({.connections_max = 2});
  EXPECT_TRUE(headcount.enter(at("10.0.0.1")));
  headcount.set_limits({.connections_max = 1, .connections_per_address_max = 1});
  EXPECT_TRUE(headcount.is_full());
  EXPECT_FALSE(headcount.enter(at("10.0.0.1")));
  headcount.set_limits({.connections_max = 2, .connections_per_address_max = 2});
  EXPECT_FALSE(headcount.is_full());
  EXPECT_TRUE(headcount.enter(at("10.0.0.1")));
}

TEST(Headcount, lets_those_leave_that_it_never_counted) {
  Headcount headcount({.connections_max = 1});
  EXPECT_TRUE(headcount.enter(at("10.0.0.1")));
  headcount.leave(Headcount::uncounted);
  EXPECT_TRUE(headcount.is_full());
}

TEST(Headcount, forgets_those_who_have_left) {
  Headcount headcount({});
  auto first = headcount.enter(at("10.0.0.1"));
  headcount.leave(*first);
  for (int index = 0; index < 1000; ++index) {
    auto ticket = headcount.enter(Address::ipv4(0x0A000000u + static_cast<unsigned>(index), 1));
    EXPECT_EQ(*ticket, *first);
    headcount.leave(*ticket);
  }
}

}  // namespace
}  // namespace bowline
