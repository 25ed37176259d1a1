#include "bowline/socket/endpoint.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using Purpose = Endpoint::Purpose;

const Purpose connecting = {"connect to", false, Family::none, Type::stream};
const Purpose binding = {"bind to", true, Family::none, Type::stream};

std::string texts(const Endpoint& endpoint, const Purpose& purpose = connecting) {
  std::string all;
  for (const Address& address : endpoint.addresses(purpose, {})) {
    all += (all.empty() ? "" : " ") + address.text();
  }
  return all;
}

std::string error_of(const Endpoint& endpoint, const Purpose& purpose = connecting) {
  try {
    return "no error: " + texts(endpoint, purpose);
  } catch (const Error& error) {
    return error.what();
  }
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Endpoint, is_an_address_a_host_and_port_or_a_url) {
  std::string url = "tcp://127.0.0.1:80";
  EXPECT_EQ(texts(Address::ipv4(0x7F000001, 80)), "127.0.0.1:80");
  EXPECT_EQ(texts({"127.0.0.1", 80}), "127.0.0.1:80");
  EXPECT_EQ(texts(url), "127.0.0.1:80");
  EXPECT_EQ(texts("127.0.0.1:80"), "127.0.0.1:80");
  EXPECT_EQ(texts("tcp://[::1]:80/"), "[::1]:80");
  EXPECT_EQ(texts("unix:/run/x"), "/run/x");
  EXPECT_EQ(texts("unix:@x"), "@x");
}

TEST(Endpoint, without_a_host_depends_on_its_purpose) {
  EXPECT_EQ(texts({"", 80}, binding), "0.0.0.0:80 [::]:80");
  EXPECT_EQ(texts(":80", binding), "0.0.0.0:80 [::]:80");
  EXPECT_EQ(texts({"", 80}), "127.0.0.1:80 [::1]:80");
}

TEST(Endpoint, has_addresses_of_the_sockets_family_only) {
  EXPECT_EQ(texts({"", 80}, {"bind to", true, Family::ipv6, Type::stream}), "[::]:80");
  EXPECT_EQ(error_of("tcp://127.0.0.1:80", {"connect to", false, Family::ipv6, Type::stream}),
            "connect to tcp://127.0.0.1:80: name not found: '127.0.0.1' has no IPv6 address, is it "
            "spelled right?");
}

TEST(Endpoint, is_checked_against_the_type_of_socket) {
  Purpose datagram = {"send to", false, Family::ipv4, Type::datagram};
  Purpose local = {"connect to", false, Family::local, Type::stream};
  EXPECT_EQ(texts("udp://127.0.0.1:80", datagram), "127.0.0.1:80");
  EXPECT_EQ(texts("127.0.0.1:80", datagram), "127.0.0.1:80");
  EXPECT_TRUE(says(error_of("tcp://127.0.0.1:80", datagram), "use udp://"));
  EXPECT_TRUE(says(error_of("udp://127.0.0.1:80"), "Type::datagram"));
  EXPECT_TRUE(says(error_of("unix:/x", datagram), "Family::local"));
  EXPECT_TRUE(says(error_of("tcp://127.0.0.1:80", local), "unix:/"));
  EXPECT_TRUE(says(error_of({"127.0.0.1", 80}, local), "unix:/"));
  EXPECT_TRUE(says(error_of("unixgram:/x", local), "Type::datagram"));
  EXPECT_EQ(texts("unixgram:/x", {"bind to", true, Family::local, Type::datagram}), "/x");
}

TEST(Endpoint, that_can_not_be_used_says_why) {
  EXPECT_EQ(error_of("tcp://127.0.0.1"),
            "connect to tcp://127.0.0.1: bad address: the port is missing, write for example "
            "tcp://localhost:8000");
  EXPECT_TRUE(says(error_of("ws://127.0.0.1:80"), "asynchronous"));
  EXPECT_TRUE(says(error_of("tcp://127.0.0.1:80/path"), "no use for a path"));
  EXPECT_TRUE(says(error_of({"127.0.0.1", 70000}), "0 to 65535"));
  EXPECT_TRUE(says(error_of({"127.0.0.1", -1}), "0 to 65535"));
  EXPECT_TRUE(says(error_of("tcp://:-1"), "0 to 65535"));
  EXPECT_TRUE(says(error_of(""), "empty"));
}

TEST(Endpoint, text_is_a_url) {
  Purpose datagram = {"send to", false, Family::ipv4, Type::datagram};
  EXPECT_EQ(Endpoint("localhost", 80).text(connecting), "tcp://localhost:80");
  EXPECT_EQ(Endpoint("::1", 80).text(connecting), "tcp://[::1]:80");
  EXPECT_EQ(Endpoint("localhost", 80).text(datagram), "udp://localhost:80");
  EXPECT_EQ(Endpoint(Address::unix_path("/x")).text(connecting), "unix:/x");
  EXPECT_EQ(Endpoint("unix:/x").text(connecting), "unix:/x");
}

TEST(Endpoint, error_shows_the_address_that_a_name_led_to) {
  Address tried = Address::ipv4(0x7F000001, 80);
  auto text = [&](const Endpoint& endpoint) {
    Error error = endpoint.error(connecting, os::Action::connect, -EPIPE, tried);
    return std::string(error.what()).substr(0, std::string(error.what()).find(": broken pipe"));
  };
  EXPECT_EQ(text({"localhost", 80}), "connect to tcp://localhost:80 (127.0.0.1:80)");
  EXPECT_EQ(text("127.0.0.1:80"), "connect to 127.0.0.1:80");
  EXPECT_EQ(text(tried), "connect to tcp://127.0.0.1:80");
}

}  // namespace
}  // namespace bowline
