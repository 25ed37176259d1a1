#include "bowline/proto/proxy_protocol.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

using State = ProxyReading::State;
using namespace std::literals;

const std::string v2_begin = "\r\n\r\n\0\r\nQUIT\n"s;

Address ip(std::string_view host, std::uint16_t port) {
  return *Address::parse_ip(host, port);
}

// What the whole says; every part of it must say the same, or that more is to come.
std::string told(const std::string& text) {
  ProxyReading whole = read_proxy_header(text);
  for (std::size_t size = 0; size < text.size(); ++size) {
    ProxyReading part = read_proxy_header(std::string_view(text).substr(0, size));
    if (part.state == State::incomplete) continue;
    EXPECT_EQ(part.state, whole.state) << size;
    EXPECT_EQ(part.size, whole.size) << size;
    EXPECT_EQ(part.why, whole.why) << size;
  }
  if (whole.state == State::incomplete) return "incomplete";
  if (whole.state == State::failed) return whole.why;
  std::string size = std::to_string(whole.size);
  if (whole.header.source.family() == Family::none) return size + " unknown";
  return size + " " + whole.header.source.text() + " to " + whole.header.destination.text();
}

std::string v2(unsigned command, unsigned family, const std::string& rest) {
  std::string text = v2_begin;
  text += static_cast<char>(command);
  text += static_cast<char>(family);
  text += static_cast<char>(rest.size() >> 8);
  text += static_cast<char>(rest.size());
  return text + rest;
}

const std::string ipv4_pair = "\xc0\x00\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb"s;

TEST(ProxyHeader, of_version_1_tells_two_addresses) {
  EXPECT_EQ(told("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"),
            "45 192.0.2.1:56324 to 198.51.100.1:443");
  EXPECT_EQ(told("PROXY TCP6 2001:db8::1 ::ffff:1.2.3.4 1 65535\r\n"),
            "47 [2001:db8::1]:1 to [::ffff:1.2.3.4]:65535");
  EXPECT_EQ(told("PROXY UNKNOWN\r\n"), "15 unknown");
  EXPECT_EQ(told("PROXY UNKNOWN whatever it is 1 2\r\n"), "34 unknown");
}

TEST(ProxyHeader, of_version_1_ends_where_the_client_begins) {
  ProxyReading reading = read_proxy_header("PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\nPROXY \r\n");
  EXPECT_EQ(reading.state, State::complete);
  EXPECT_EQ(reading.size, 33u);
}

TEST(ProxyHeader, of_version_1_is_read_strictly) {
  const std::string bad = "its PROXY line has not two addresses and two ports after TCP4";
  for (const char* words : {"1.2.3.4 5.6.7.8 9", "1.2.3.4 5.6.7.8 9 10 11", "1.2.3.4  5.6.7.8 9 10",
                            "1.2.3.4 5.6.7.8 9 65536", "1.2.3.4 5.6.7.8 09 10",
                            "1.2.3.4 5.6.7.8 -9 10", "1.2.3.4 5.6.7.8 9 10 ", "1.2.3 5.6.7.8 9 10",
                            "01.2.3.4 5.6.7.8 9 10", "::1 ::1 9 10", "1.2.3.4\t5.6.7.8 9 10", ""}) {
    EXPECT_EQ(told("PROXY TCP4 "s + words + "\r\n"), bad) << words;
  }
  EXPECT_EQ(told("PROXY TCP6 [::1] ::1 9 10\r\n").substr(0, 8), "its PROX");
  EXPECT_EQ(told("PROXY TCP6 fe80::1%1 ::1 9 10\r\n").substr(0, 8), "its PROX");
  EXPECT_EQ(told("PROXY TCP5 1.2.3.4 5.6.7.8 9 10\r\n"),
            "its PROXY line is of no kind that there is: TCP4, TCP6, UNKNOWN");
  EXPECT_EQ(told("PROXY TCP4 1.2.3.4 5.6.7.8 9 10\n"), "its PROXY line does not end with \\r\\n");
  EXPECT_EQ(told("PROXY UNKNOWN\rx\r\n"), "its PROXY line does not end with \\r\\n");
}

TEST(ProxyHeader, of_version_1_has_at_most_107_bytes) {
  EXPECT_EQ(told("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n"), "107 unknown");
  EXPECT_EQ(told("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n"),
            "its PROXY line is longer than 107 bytes");
}

TEST(ProxyHeader, of_version_2_tells_two_addresses) {
  EXPECT_EQ(told(v2(0x21, 0x11, ipv4_pair)), "28 192.0.2.1:56324 to 198.51.100.1:443");
  EXPECT_EQ(told(v2(0x21, 0x12, ipv4_pair)), "28 192.0.2.1:56324 to 198.51.100.1:443");
  std::string one(16, '\0');
  one[15] = 1;
  std::string two(16, '\0');
  two[15] = 2;
  EXPECT_EQ(told(v2(0x21, 0x21, one + two + "\x00\x07\x00\x08"s)), "52 [::1]:7 to [::2]:8");
  std::string path = "/run/x";
  path.resize(108, '\0');
  std::string name = "\0name"s;
  name.resize(108, '\0');
  EXPECT_EQ(told(v2(0x21, 0x31, path + name)), "232 /run/x to @name");
  EXPECT_EQ(told(v2(0x21, 0x31, std::string(216, '\0'))), "232 (unnamed) to (unnamed)");
}

TEST(ProxyHeader, of_version_2_may_say_more_that_is_skipped) {
  EXPECT_EQ(told(v2(0x21, 0x11, ipv4_pair + "\x04\0\2hi"s)),
            "33 192.0.2.1:56324 to 198.51.100.1:443");
}

TEST(ProxyHeader, of_version_2_may_tell_nothing_of_a_client) {
  EXPECT_EQ(told(v2(0x20, 0x00, "")), "16 unknown");
  EXPECT_EQ(told(v2(0x20, 0xff, "xyz")), "19 unknown");
  EXPECT_EQ(told(v2(0x20, 0x11, ipv4_pair)), "28 unknown");
  EXPECT_EQ(told(v2(0x21, 0x00, "")), "16 unknown");
}

TEST(ProxyHeader, of_version_2_is_read_strictly) {
  for (unsigned command : {0x11u, 0x22u, 0x31u, 0x00u}) {
    EXPECT_EQ(told(v2(command, 0x11, ipv4_pair)),
              "its PROXY header is of a version or command that is neither LOCAL nor PROXY");
  }
  for (unsigned family : {0x41u, 0x13u, 0xf1u}) {
    EXPECT_EQ(told(v2(0x21, family, ipv4_pair)),
              "its PROXY header names an address family or transport that there is not");
  }
  for (unsigned family : {0x11u, 0x21u, 0x31u}) {
    EXPECT_EQ(told(v2(0x21, family, ipv4_pair.substr(1))),
              "its PROXY header is too short for its addresses");
  }
  EXPECT_EQ(told(v2(0x20, 0, std::string(4080, 'x'))), "4096 unknown");
  EXPECT_EQ(told(v2(0x20, 0, std::string(4081, 'x'))),
            "its PROXY header is longer than 4096 bytes");
}

TEST(ProxyHeader, is_not_what_begins_otherwise) {
  for (const char* text :
       {"GET / HTTP/1.1\r\n", "PROXYTCP4", "proxy TCP4 ", "\r\n\r\nx", "\x16\x03"}) {
    EXPECT_EQ(told(text), "it did not begin with a PROXY header") << text;
  }
  EXPECT_EQ(told(""), "incomplete");
  EXPECT_EQ(told("PROX"), "incomplete");
  EXPECT_EQ(told("\r\n\r"), "incomplete");
  EXPECT_EQ(told("PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r"), "incomplete");
}

TEST(ProxyHeader, is_read_as_it_was_written) {
  const ProxyHeader headers[] = {
      {ip("192.0.2.1", 56324), ip("198.51.100.1", 443)},
      {ip("2001:db8::1", 1), ip("::1", 65535)},
  };
  for (const ProxyHeader& header : headers) {
    for (ProxyVersion version : {ProxyVersion::v1, ProxyVersion::v2}) {
      std::string text = proxy_header(version, header);
      EXPECT_EQ(told(text), std::to_string(text.size()) + " " + header.source.text() + " to " +
                                header.destination.text());
    }
  }
  ProxyHeader local{Address::unix_path("/run/a"), Address::unix_abstract("b")};
  EXPECT_EQ(told(proxy_header(ProxyVersion::v2, local)), "232 /run/a to @b");
}

TEST(ProxyHeader, is_written_as_the_specification_shows) {
  ProxyHeader header{ip("192.0.2.1", 56324), ip("198.51.100.1", 443)};
  EXPECT_EQ(proxy_header(ProxyVersion::v1, header),
            "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n");
  EXPECT_EQ(proxy_header(ProxyVersion::v2, header), v2(0x21, 0x11, ipv4_pair));
}

TEST(ProxyHeader, writes_two_families_as_ipv6) {
  ProxyHeader header{ip("192.0.2.1", 1), ip("::1", 2)};
  EXPECT_EQ(proxy_header(ProxyVersion::v1, header), "PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n");
  EXPECT_EQ(told(proxy_header(ProxyVersion::v2, header)), "52 [::ffff:192.0.2.1]:1 to [::1]:2");
}

TEST(ProxyHeader, leaves_out_the_zone_of_a_link_local_address) {
  ProxyHeader header{ip("fe80::1%3", 1), ip("fe80::2%3", 2)};
  EXPECT_EQ(proxy_header(ProxyVersion::v1, header), "PROXY TCP6 fe80::1 fe80::2 1 2\r\n");
}

TEST(ProxyHeader, says_unknown_where_a_version_has_no_words) {
  ProxyHeader local{Address::unix_path("/run/a"), Address::unix_path("/run/b")};
  EXPECT_EQ(proxy_header(ProxyVersion::v1, local), "PROXY UNKNOWN\r\n");
  EXPECT_EQ(proxy_header(ProxyVersion::v1, {}), "PROXY UNKNOWN\r\n");
  EXPECT_EQ(proxy_header(ProxyVersion::v2, {}), v2(0x20, 0, ""));
  EXPECT_EQ(proxy_header(ProxyVersion::v2, {ip("1.2.3.4", 5), Address::unix_path("/x")}),
            v2(0x21, 0, ""));
}

}  // namespace
}  // namespace bowline
