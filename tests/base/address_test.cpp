#include "bowline/base/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>

namespace bowline {
namespace {

using Ipv6Bytes = Address::Ipv6Bytes;

Address parsed(std::string_view text, std::uint16_t port = 8000) {
  return Address::parse_ip(text, port).value_or(Address());
}

bool can_parse(std::string_view text) {
  return Address::parse_ip(text, 1).has_value();
}

TEST(Address, that_was_not_given_is_none) {
  Address address;
  EXPECT_EQ(address.family(), Family::none);
  EXPECT_FALSE(address.is_ip());
  EXPECT_EQ(address.host(), "");
  EXPECT_EQ(address.text(), "(none)");
  EXPECT_EQ(address.tuple(), "None");
}

TEST(Address, of_ipv4_is_shown_in_each_form) {
  Address address = Address::ipv4(0x7F000001, 8000);
  EXPECT_EQ(address.host(), "127.0.0.1");
  EXPECT_EQ(address.text(), "127.0.0.1:8000");
  EXPECT_EQ(address.tuple(), "('127.0.0.1', 8000)");
  EXPECT_EQ(address.ipv4_value(), 0x7F000001u);
  EXPECT_EQ(address, parsed("127.0.0.1"));
}

TEST(Address, of_ipv6_is_shown_in_each_form) {
  Address address = parsed("::1");
  EXPECT_EQ(address.family(), Family::ipv6);
  EXPECT_EQ(address.host(), "::1");
  EXPECT_EQ(address.text(), "[::1]:8000");
  EXPECT_EQ(address.tuple(), "('::1', 8000, 0, 0)");
}

TEST(Address, with_a_zone_shows_it_where_python_does) {
  Address address = parsed("fe80::1%3");
  EXPECT_EQ(address.scope(), 3u);
  EXPECT_EQ(address.host(), "fe80::1%3");
  EXPECT_EQ(address.text(), "[fe80::1%3]:8000");
  EXPECT_EQ(address.tuple(), "('fe80::1', 8000, 0, 3)");
}

TEST(Address, of_a_unix_path_is_shown_in_each_form) {
  Address address = Address::unix_path("/run/x.sock");
  EXPECT_EQ(address.family(), Family::local);
  EXPECT_EQ(address.host(), "/run/x.sock");
  EXPECT_EQ(address.text(), "/run/x.sock");
  EXPECT_EQ(address.tuple(), "'/run/x.sock'");
}

TEST(Address, of_an_abstract_name_is_shown_in_each_form) {
  Address address = Address::unix_abstract("name");
  EXPECT_TRUE(address.is_abstract());
  EXPECT_EQ(address.path(), "name");
  EXPECT_EQ(address.text(), "@name");
  EXPECT_EQ(address.tuple(), R"(b'\x00name')");
}

TEST(Address, of_an_unnamed_socket_is_shown_in_each_form) {
  Address address = Address::unix_unnamed();
  EXPECT_EQ(address.path(), "");
  EXPECT_EQ(address.text(), "(unnamed)");
  EXPECT_EQ(address.tuple(), "''");
  EXPECT_EQ(address, Address::unix_path(""));
}

TEST(Address, tuple_of_a_path_is_what_python_shows) {
  EXPECT_EQ(Address::unix_path("/it's").tuple(), R"("/it's")");
  EXPECT_EQ(Address::unix_path("/a'b\"c\\\n\x01\x7F").tuple(), R"('/a\'b"c\\\n\x01\x7f')");
  EXPECT_EQ(Address::unix_path("/\u00e9\u20ac").tuple(), "'/\u00e9\u20ac'");
  EXPECT_EQ(Address::unix_path("/\xFF\xC3").tuple(), R"('/\udcff\udcc3')");
  EXPECT_EQ(Address::unix_path("/\u0085\u00a0\u00ad").tuple(), R"('/\x85\xa0\xad')");
}

TEST(Address, keeps_control_characters_out_of_logs) {
  EXPECT_EQ(Address::unix_path("/a\nb\x1B[2J").text(), R"(/a\x0ab\x1b[2J)");
  EXPECT_EQ(Address::unix_abstract(std::string_view("a\0b", 3)).text(), R"(@a\x00b)");
}

TEST(Address, is_equal_to_one_of_the_same_parts_only) {
  EXPECT_EQ(Address::unix_path("/a"), Address::unix_path("/a"));
  EXPECT_FALSE(Address::unix_path("/a") == Address::unix_path("/b"));
  EXPECT_FALSE(Address::unix_path("a") == Address::unix_abstract("a"));
  EXPECT_FALSE(Address::unix_unnamed() == Address::unix_abstract(""));
  EXPECT_FALSE(Address() == Address::unix_unnamed());
  EXPECT_FALSE(parsed("1.2.3.4", 1) == parsed("1.2.3.4", 2));
  EXPECT_FALSE(parsed("fe80::1%1") == parsed("fe80::1%2"));
  EXPECT_FALSE(parsed("::") == parsed("0.0.0.0"));
  EXPECT_EQ(parsed("1.2.3.4", 1).with_port(2), parsed("1.2.3.4", 2));
}

TEST(Address, knows_loopback_and_all_interfaces) {
  for (auto text : {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.2"}) {
    EXPECT_TRUE(parsed(text).is_loopback()) << text;
  }
  for (auto text :
       {"128.0.0.1", "126.255.255.255", "::", "::2", "::ffff:128.0.0.1", "::127.0.0.1"}) {
    EXPECT_FALSE(parsed(text).is_loopback()) << text;
  }
  EXPECT_TRUE(parsed("0.0.0.0").is_unspecified());
  EXPECT_TRUE(parsed("::").is_unspecified());
  EXPECT_FALSE(parsed("::1").is_unspecified());
  EXPECT_FALSE(Address().is_unspecified());
  EXPECT_FALSE(Address::unix_unnamed().is_unspecified());
}

TEST(AddressParse, takes_brackets_and_zones_for_ipv6_only) {
  EXPECT_EQ(parsed("[::1]"), parsed("::1"));
  EXPECT_EQ(parsed("[fe80::1%7]").scope(), 7u);
  EXPECT_EQ(parsed("fe80::1%4294967295").scope(), 4294967295u);
  for (auto text :
       {"[127.0.0.1]", "127.0.0.1%1", "[::1", "::1]", "[[::1]]", "fe80::1%", "fe80::1%eth0",
        "fe80::1%-1", "fe80::1%4294967296", "fe80::1%1%2", "%1", "[]", "[%1]"}) {
    EXPECT_FALSE(can_parse(text)) << text;
  }
}

TEST(AddressParse, refuses_names_and_what_other_parsers_guess_at) {
  for (auto text :
       {"",           " ",        "localhost", "1",         "1.2",       "1.2.3",    "1.2.3.4.5",
        "1.2.3.",     ".1.2.3",   "1..2.3",    "256.1.1.1", "1.1.1.256", "01.2.3.4", "1.2.3.04",
        "0x7f.0.0.1", "1.2.3.4 ", " 1.2.3.4",  "+1.2.3.4",  "-1.2.3.4",  "1.2.3.4x", "1,2,3,4"}) {
    EXPECT_FALSE(can_parse(text)) << text;
  }
  EXPECT_FALSE(can_parse(std::string_view("1.2.3.4\0", 8)));
  EXPECT_FALSE(can_parse(std::string_view("::1\0", 4)));
}

// The C library reads and writes addresses too: both must agree on every text.
bool agrees_on_reading(const std::string& text) {
  in6_addr expected6;
  in_addr expected4;
  bool is_ipv6 = ::inet_pton(AF_INET6, text.c_str(), &expected6) == 1;
  bool is_ipv4 = ::inet_pton(AF_INET, text.c_str(), &expected4) == 1;
  Address address = parsed(text);
  if (is_ipv4) return address == Address::ipv4(ntohl(expected4.s_addr), 8000);
  if (!is_ipv6) return !can_parse(text);
  Ipv6Bytes bytes;
  std::memcpy(bytes.data(), &expected6, bytes.size());
  return address == Address::ipv6(bytes, 8000);
}

TEST(AddressParse, agrees_with_the_c_library_on_every_short_text) {
  constexpr std::string_view alphabet = ":1f.";
  for (std::size_t size = 0; size <= 8; ++size) {
    std::size_t count = 1;
    for (std::size_t power = 0; power < size; ++power) count *= alphabet.size();
    for (std::size_t number = 0; number < count; ++number) {
      std::string text;
      for (std::size_t rest = number; text.size() < size; rest /= alphabet.size()) {
        text += alphabet[rest % alphabet.size()];
      }
      ASSERT_TRUE(agrees_on_reading(text)) << text;
    }
  }
}

TEST(AddressParse, agrees_with_the_c_library_on_changed_addresses) {
  constexpr std::string_view pieces[] = {"1:2:3:4:5:6:7:8",
                                         "::",
                                         "1::8",
                                         "::ffff:1.2.3.4",
                                         "1:2:3:4:5:6:255.255.255.255",
                                         "64:ff9b::192.0.2.33",
                                         "fe80::abcd:ef01",
                                         "255.255.255.255"};
  constexpr std::string_view alphabet = "019afF:.g%";
  std::mt19937 random(1);
  for (int round = 0; round < 200000; ++round) {
    std::string text(pieces[random() % std::size(pieces)]);
    for (unsigned changes = random() % 4; changes > 0; --changes) {
      std::size_t at = random() % (text.size() + 1);
      char c = alphabet[random() % (alphabet.size() - 1)];
      if (random() % 2) {
        text.insert(at, 1, c);
      } else if (at < text.size()) {
        random() % 2 ? void(text.erase(at, 1)) : void(text[at] = c);
      }
    }
    ASSERT_TRUE(agrees_on_reading(text)) << text;
  }
}

// Groups that are zero, small or large in every combination: all ways to shorten.
TEST(AddressHost, agrees_with_the_c_library_and_can_be_read_back) {
  constexpr std::uint16_t values[] = {0, 1, 0xFFFF};
  for (int number = 0; number < 3 * 3 * 3 * 3 * 3 * 3 * 3 * 3; ++number) {
    Ipv6Bytes bytes;
    int rest = number;
    for (std::size_t group = 0; group < 8; ++group, rest /= 3) {
      bytes[group * 2] = static_cast<std::uint8_t>(values[rest % 3] >> 8);
      bytes[group * 2 + 1] = static_cast<std::uint8_t>(values[rest % 3]);
    }
    char expected[INET6_ADDRSTRLEN];
    ::inet_ntop(AF_INET6, bytes.data(), expected, sizeof expected);
    Address address = Address::ipv6(bytes, 8000);
    ASSERT_EQ(address.host(), expected);
    ASSERT_EQ(parsed(address.host()), address);
  }
}

TEST(AddressHost, of_ipv4_can_be_read_back) {
  std::mt19937 random(1);
  for (int round = 0; round < 10000; ++round) {
    Address address = Address::ipv4(static_cast<std::uint32_t>(random()), 8000);
    ASSERT_EQ(parsed(address.host()), address);
  }
}

}  // namespace
}  // namespace bowline
