#include "bowline/base/address_range.h"

#include <gmock/gmock.h>

namespace bowline {
namespace {

using ::testing::HasSubstr;

bool holds(std::string_view range, std::string_view address) {
  return AddressRange::parse(range).value().contains(*Address::parse_ip(address, 7000));
}

std::string refusal(std::string_view range) {
  Result<AddressRange> parsed = AddressRange::parse(range);
  return parsed ? std::string() : parsed.error().what();
}

TEST(AddressRange, holds_those_that_begin_alike) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.200"));
  EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
  EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
}

TEST(AddressRange, is_one_host_without_bits) {
  EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(holds("::1", "::1"));
  EXPECT_FALSE(holds("::1", "::2"));
}

TEST(AddressRange, knows_ipv4_that_is_mapped_into_ipv6) {
  EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_FALSE(holds("10.0.0.0/8", "::ffff:11.1.2.3"));
  EXPECT_FALSE(holds("10.0.0.0/8", "2001:db8::1"));
  EXPECT_FALSE(holds("::/0", "10.1.2.3"));
}

TEST(AddressRange, unix_is_all_unix_sockets_and_nothing_else) {
  AddressRange range = AddressRange::parse("unix").value();
  EXPECT_TRUE(range.contains(Address::unix_unnamed()));
  EXPECT_TRUE(range.contains(Address::unix_path("/run/x")));
  EXPECT_FALSE(range.contains(Address::ipv4(0x7f000001, 1)));
  EXPECT_FALSE(AddressRange::parse("0.0.0.0/0").value().contains(Address::unix_unnamed()));
}

TEST(AddressRange, says_what_is_wrong_and_what_to_write) {
  EXPECT_THAT(refusal("localhost"), HasSubstr("write 192.0.2.7, 10.0.0.0/8"));
  EXPECT_THAT(refusal("10.0.0.0/33"), HasSubstr("0 to 32"));
  EXPECT_THAT(refusal("::/129"), HasSubstr("0 to 128"));
  EXPECT_THAT(refusal("10.0.0.0/"), HasSubstr("0 to 32"));
  EXPECT_THAT(refusal("10.0.0.0/8x"), HasSubstr("0 to 32"));
  EXPECT_THAT(refusal("10.0.0.1/8"), HasSubstr("10.0.0.0/8 has not"));
  EXPECT_THAT(refusal("fe80::1%1"), HasSubstr("write"));
}

TEST(AddressRange, is_written_as_it_is_read) {
  for (const char* text : {"10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1", "unix"}) {
    EXPECT_EQ(AddressRange::parse(text).value().text(), text);
  }
}

}  // namespace
}  // namespace bowline
