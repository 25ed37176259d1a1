#include "bowline/base/url.h"

#include <gtest/gtest.h>

#include <random>

namespace bowline {
namespace {

Url url(std::string_view text) {
  return Url::parse(text).value();
}

std::string port_of(const Url& parsed) {
  return parsed.port ? std::to_string(*parsed.port) : "-";
}

// "scheme|host|port|path|query"
std::string parts(std::string_view text) {
  Result<Url> parsed = Url::parse(text);
  if (!parsed) return "";
  return parsed->scheme + "|" + parsed->host + "|" + port_of(*parsed) + "|" + parsed->path + "|" +
         parsed->query;
}

std::string error_of(std::string_view text) {
  Result<Url> parsed = Url::parse(text);
  if (parsed) return "";
  EXPECT_TRUE(parsed.error().is(Errc::bad_address));
  return parsed.error().what();
}

bool says(std::string_view text, std::string_view words) {
  return error_of(text).find(words) != std::string::npos;
}

TEST(Url, has_scheme_host_port_path_and_query) {
  EXPECT_EQ(parts("ws://example.org:9797/path/x?query=1"), "ws|example.org|9797|/path/x|query=1");
  EXPECT_EQ(parts("tcp://127.0.0.1:8000"), "tcp|127.0.0.1|8000||");
  EXPECT_EQ(parts("wss://example.org"), "wss|example.org|-||");
  EXPECT_EQ(parts("ws://example.org/?"), "ws|example.org|-|/|");
  EXPECT_EQ(parts("ws://example.org?a?b/c"), "ws|example.org|-||a?b/c");
}

TEST(Url, scheme_is_in_any_case) {
  EXPECT_EQ(parts("TCP://h:1"), "tcp|h|1||");
}

TEST(Url, a_bare_host_and_port_mean_tcp) {
  EXPECT_EQ(parts("localhost:8000"), "tcp|localhost|8000||");
  EXPECT_EQ(parts("127.0.0.1:0"), "tcp|127.0.0.1|0||");
  EXPECT_EQ(parts("[::1]:65535"), "tcp|::1|65535||");
  EXPECT_EQ(parts("localhost"), "tcp|localhost|-||");
}

TEST(Url, a_bare_port_means_tcp_on_all_interfaces) {
  EXPECT_EQ(parts(":8000"), "tcp||8000||");
  EXPECT_EQ(parts("tcp://:8000"), "tcp||8000||");
}

TEST(Url, ipv6_stands_in_brackets_with_a_zone_of_any_kind) {
  EXPECT_EQ(parts("tcp://[fe80::1%eth0]:80"), "tcp|fe80::1%eth0|80||");
  EXPECT_EQ(parts("tcp://[fe80::1%25eth0]:80"), "tcp|fe80::1%eth0|80||");
  EXPECT_EQ(parts("tcp://[fe80::1%25]:80"), "tcp|fe80::1%25|80||");
  EXPECT_EQ(parts("tcp://[::1]"), "tcp|::1|-||");
}

TEST(Url, of_a_unix_socket_has_a_path_or_an_abstract_name) {
  EXPECT_EQ(parts("unix:/run/app.sock"), "unix||-|/run/app.sock|");
  EXPECT_EQ(parts("unix:///run/app.sock"), "unix||-|/run/app.sock|");
  EXPECT_EQ(parts("unix:app.sock"), "unix||-|app.sock|");
  EXPECT_EQ(parts("unix:@name"), "unix||-|@name|");
  EXPECT_EQ(parts("unixgram:/x?mode=1"), "unixgram||-|/x|mode=1");
  EXPECT_EQ(parts("ws+unix:/x"), "ws+unix||-|/x|");
  EXPECT_TRUE(url("unix:/x").is_unix());
  EXPECT_FALSE(url("ws://x").is_unix());
}

TEST(Url, of_a_unix_socket_gives_its_address) {
  EXPECT_EQ(url("unix:/run/x").unix_address(), Address::unix_path("/run/x"));
  EXPECT_EQ(url("unix:@x").unix_address(), Address::unix_abstract("x"));
}

TEST(Url, path_of_a_unix_socket_may_hold_anything_percent_encoded) {
  EXPECT_EQ(parts("unix:/a%20b%3F%23%25"), "unix||-|/a b?#%|");
  EXPECT_EQ(url("unix:@a%00b").path, std::string("@a\0b", 4));
  EXPECT_TRUE(says("unix:/a%00b", "zero byte"));
  EXPECT_TRUE(says("unix:/a%2", "hexadecimal"));
  EXPECT_TRUE(says("unix:/a%zz", "hexadecimal"));
}

TEST(Url, that_is_wrong_is_shown_with_a_form_that_works) {
  EXPECT_EQ(
      error_of("tcp://127.0.0.1:99999"),
      "read the URL 'tcp://127.0.0.1:99999': bad address: a port is a number from 0 to 65535: "
      "write for example tcp://127.0.0.1:8000");
  EXPECT_TRUE(says("8000", "as in :8000"));
  EXPECT_TRUE(says("::1", "brackets"));
  EXPECT_TRUE(says("tcp://::1:80", "brackets"));
  EXPECT_TRUE(says("/run/app.sock", "unix:/run/app.sock"));
  EXPECT_TRUE(says("tcp:localhost:80", "two slashes"));
  EXPECT_TRUE(says("tcp://me:secret@host:80", "passwords"));
  EXPECT_TRUE(says("", "empty"));
  EXPECT_TRUE(says("unix:", "missing"));
  EXPECT_TRUE(says("unix://host/path", "no host"));
  EXPECT_TRUE(says("ws://host/a#b", "%23"));
}

TEST(Url, that_is_wrong_is_no_url) {
  for (auto text : {" ",
                    "tcp:// h:1",
                    "tcp://h:1\n",
                    "tcp://h\x7F:1",
                    "://h:1",
                    "1tcp://h:1",
                    "t_p://h:1",
                    "tcp://h:-1",
                    "tcp://h:+1",
                    "tcp://h:1x",
                    "tcp://h:65536",
                    "tcp://h:0x1",
                    "tcp://h:80:80",
                    "tcp://[::1",
                    "tcp://[::1]x:1",
                    "tcp://[::1]x",
                    "tcp://[]:1",
                    "tcp://[127.0.0.1]:1",
                    "tcp://[host]:1",
                    "tcp://[[::1]]:1",
                    "tcp://[fe80::1%]:1",
                    "tcp://[fe80::1%a/b]:1",
                    "tcp://a b:1",
                    "tcp://a%20b:1",
                    "tcp://a\\b:1",
                    "tcp://a\"b:1",
                    "tcp://a<b:1",
                    "tcp://a\xFF:1",
                    "tcp://]:1",
                    "tcp://a]:1",
                    "@name",
                    "host:80/path"}) {
    EXPECT_EQ(parts(text), "") << text;
  }
}

TEST(Url, that_is_wrong_is_shown_in_bounds_and_without_control_characters) {
  std::string text = error_of(std::string(100000, '\x1B'));
  EXPECT_LT(text.size(), 1500u);
  EXPECT_EQ(text.find('\x1B'), std::string::npos);
}

TEST(Url, port_is_any_from_0_to_65535) {
  for (int port = 0; port < 70000; ++port) {
    std::string expected = port < 65536 ? "tcp|h|" + std::to_string(port) + "||" : "";
    ASSERT_EQ(parts("tcp://h:" + std::to_string(port)), expected);
  }
  EXPECT_EQ(parts("tcp://h:000080"), "tcp|h|80||");
  EXPECT_EQ(parts("tcp://h:"), "tcp|h|-||");
}

TEST(Url, text_is_the_url_again) {
  for (std::string text : {"tcp://127.0.0.1:8000", "ws://[::1]:9797/path?query", "unix:/run/x.sock",
                           "unix:@name", "tcp://:8000", "wss://example.org", "unixgram:/x?a",
                           "unix:/a%20b%3F%25", "tcp://[fe80::1%eth0]:1"}) {
    EXPECT_EQ(url(text).text(), text);
  }
}

TEST(Url, text_keeps_a_zone_that_looks_escaped) {
  EXPECT_EQ(parts("tcp://[fe80::1%2525x]:1"), "tcp|fe80::1%25x|1||");
  EXPECT_EQ(url("tcp://[fe80::1%2525x]:1").text(), "tcp://[fe80::1%2525x]:1");
}

TEST(Url, of_an_address) {
  EXPECT_EQ(url_text("tcp", Address::ipv4(0x7F000001, 8000)), "tcp://127.0.0.1:8000");
  EXPECT_EQ(url_text("udp", *Address::parse_ip("::1", 53)), "udp://[::1]:53");
  EXPECT_EQ(url_text("unix", Address::unix_path("/run/x.sock")), "unix:/run/x.sock");
  EXPECT_EQ(url_text("unix", Address::unix_abstract("x")), "unix:@x");
  EXPECT_EQ(url_text("unix", Address::unix_path("@x")), "unix:./@x");
  EXPECT_EQ(url_text("unix", Address::unix_path("//x")), "unix:////x");
  EXPECT_EQ(url_text("unix", Address::unix_path("/a b?c#d%e\n")), "unix:/a%20b%3Fc%23d%25e%0A");
}

TEST(Url, of_any_unix_address_leads_back_to_it) {
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    std::string name;
    for (std::size_t size = 1 + random() % 20; name.size() < size;)
      name += static_cast<char>(random());
    Address address = Address::unix_abstract(name);
    ASSERT_EQ(url(url_text("unix", address)).unix_address(), address);
    std::erase(name, '\0');
    address = Address::unix_path("/" + name);  // also "//..."
    ASSERT_EQ(url(url_text("unix", address)).unix_address(), address);
  }
}

// Whatever is accepted can be written and read again, and is then the same.
void check_round_trip(const std::string& text) {
  Result<Url> first = Url::parse(text);
  if (!first) return;
  std::string written = first->text();
  Result<Url> second = Url::parse(written);
  ASSERT_TRUE(second) << text << " -> " << written;
  ASSERT_EQ(parts(text), parts(written)) << text << " -> " << written;
}

TEST(Url, of_every_short_text_is_refused_or_can_be_read_back) {
  constexpr std::string_view alphabet = "a1:/[]@?%.";
  for (std::size_t size = 0; size <= 5; ++size) {
    std::size_t count = 1;
    for (std::size_t power = 0; power < size; ++power) count *= alphabet.size();
    for (std::size_t number = 0; number < count; ++number) {
      std::string text;
      for (std::size_t rest = number; text.size() < size; rest /= alphabet.size()) {
        text += alphabet[rest % alphabet.size()];
      }
      check_round_trip(text);
      if (size <= 4) check_round_trip("unix:" + text);
      if (size <= 4) check_round_trip("ws://" + text);
    }
  }
}

TEST(Url, of_any_bytes_is_refused_or_can_be_read_back) {
  constexpr std::string_view seeds[] = {"ws://host:80/path?query", "unix:/run/x%20y", "[::1]:80",
                                        "tcp://[fe80::1%25eth0]:1", "unix:@a%00"};
  std::mt19937 random(2);
  for (int round = 0; round < 100000; ++round) {
    std::string text(seeds[random() % std::size(seeds)]);
    for (unsigned changes = 1 + random() % 3; changes > 0; --changes) {
      text[random() % text.size()] = static_cast<char>(random());
    }
    check_round_trip(text);
  }
}

TEST(Url, cut_anywhere_is_refused_or_can_be_read_back) {
  for (std::string text : {"ws://[fe80::1%eth0]:9797/path?query", "unix:/run/a%20b?x", "host:80"}) {
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      check_round_trip(text.substr(0, cut));
      check_round_trip(text.substr(cut));
    }
  }
}

}  // namespace
}  // namespace bowline
