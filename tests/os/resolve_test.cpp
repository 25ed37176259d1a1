#include "bowline/os/resolve.h"

#include "bowline/base/error.h"

#include <gtest/gtest.h>
#include <net/if.h>

#include <algorithm>

namespace bowline::os {
namespace {

std::string texts(const Lookup& lookup) {
  std::string all;
  for (const Address& address : lookup.addresses) all += address.text() + " ";
  return all;
}

TEST(LookUp, answers_literals_by_themselves) {
  EXPECT_EQ(texts(look_up("192.0.2.1", 80, false)), "192.0.2.1:80 ");
  EXPECT_EQ(texts(look_up("2001:db8::1", 80, true)), "[2001:db8::1]:80 ");
  EXPECT_EQ(texts(look_up("fe80::1%5", 80, false)), "[fe80::1%5]:80 ");
}

TEST(LookUp, takes_the_name_of_an_interface_for_a_zone) {
  std::string index = std::to_string(::if_nametoindex("lo"));
  EXPECT_EQ(texts(look_up("fe80::1%lo", 80, false)), "[fe80::1%" + index + "]:80 ");
}

TEST(LookUp, of_an_empty_host_is_all_interfaces_or_this_machine) {
  EXPECT_EQ(texts(look_up("", 80, true)), "0.0.0.0:80 [::]:80 ");
  EXPECT_EQ(texts(look_up("", 80, false)), "127.0.0.1:80 [::1]:80 ");
  EXPECT_EQ(texts(look_up("", 80, true, Family::ipv6)), "[::]:80 ");
}

TEST(LookUp, of_localhost_is_this_machine_and_ipv4_first_for_servers) {
  Lookup lookup = look_up("localhost", 80, true);
  ASSERT_FALSE(lookup.addresses.empty());
  EXPECT_EQ(lookup.addresses.front().text(), "127.0.0.1:80");
  for (const Address& address : lookup.addresses) EXPECT_TRUE(address.is_loopback());
}

TEST(LookUp, gives_each_address_once_and_of_the_wanted_family) {
  Lookup lookup = look_up("localhost", 80, false, Family::ipv4);
  EXPECT_EQ(texts(lookup), "127.0.0.1:80 ");
}

TEST(LookUp, of_a_literal_of_another_family_finds_nothing) {
  EXPECT_EQ(look_up("127.0.0.1", 80, false, Family::ipv6).error, Errc::name_not_found);
  EXPECT_EQ(look_up("::1", 80, false, Family::ipv4).error, Errc::name_not_found);
  EXPECT_EQ(look_up("::1", 80, false, Family::local).error, Errc::bad_address);
}

// The names of RFC 6761 that never exist: whatever the name servers do, there is no address.
TEST(LookUp, of_a_name_that_does_not_exist_is_an_error_without_addresses) {
  Lookup lookup = look_up("name.invalid", 80, false);
  EXPECT_TRUE(lookup.addresses.empty());
  EXPECT_TRUE(lookup.error == Errc::name_not_found || lookup.error == Errc::name_lookup_failed);
}

TEST(LookUp, does_not_cut_a_name_at_a_zero_byte) {
  EXPECT_EQ(look_up(std::string("localhost\0.example", 18), 80, false).error, Errc::bad_address);
  EXPECT_EQ(look_up(std::string("fe80::1%lo\0x", 12), 80, false).error, Errc::bad_address);
}

TEST(LookUp, knows_what_it_can_answer_at_once) {
  for (auto host : {"", "127.0.0.1", "::1", "fe80::1%lo", "fe80::1%3"}) {
    EXPECT_TRUE(is_literal(host)) << host;
  }
  for (auto host : {"localhost", "127.1", "example.org", "127.0.0.1%lo"}) {
    EXPECT_FALSE(is_literal(host)) << host;
  }
}

}  // namespace
}  // namespace bowline::os
