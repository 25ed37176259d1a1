#include "bowline/socket/listen.h"

#include "bowline/base/error.h"
#include "bowline/socket/connect.h"
#include "tests/support/folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace bowline {
namespace {

using namespace std::chrono_literals;

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

std::string error_of(const std::string& url) {
  try {
    listen(url);
    return "no error";
  } catch (const Error& error) {
    return error.what();
  }
}

bool is_reached(Socket& server, const Endpoint& endpoint) {
  Socket client(server.family());
  client.connect(endpoint, 10s);
  return server.accept(10s).address == client.local_address();
}

TEST(Listen, takes_connections_on_a_port_of_the_systems_choice) {
  Socket server = listen("tcp://127.0.0.1:0");
  EXPECT_EQ(server.local_address().host(), "127.0.0.1");
  EXPECT_TRUE(is_reached(server, server.local_address()));
  EXPECT_TRUE(server.reuse_address());
}

TEST(Listen, on_localhost_is_ipv4_as_in_python) {
  Socket server = listen("tcp://localhost:0");
  EXPECT_EQ(server.local_address().host(), "127.0.0.1");
}

TEST(Listen, on_a_bare_port_is_on_all_interfaces) {
  Socket server = listen(":0");
  EXPECT_EQ(server.local_address().host(), "0.0.0.0");
  EXPECT_TRUE(is_reached(server, {"127.0.0.1", server.local_address().port()}));
}

TEST(Listen, on_all_interfaces_of_ipv6_takes_ipv4_too_unless_told_otherwise) {
  Socket both = listen("tcp://[::]:0");
  EXPECT_FALSE(both.ipv6_only());
  Socket one = listen("tcp://[::]:0", {.ipv6_only = true});
  EXPECT_TRUE(one.ipv6_only());
}

TEST(Listen, on_a_port_in_use_says_so) {
  Socket server = listen("tcp://127.0.0.1:0");
  std::string url = "tcp://" + server.local_address().text();
  EXPECT_EQ(error_of(url).find("listen on " + url + ": address already in use: "), 0u);
}

TEST(Listen, shares_a_port_when_all_allow_it) {
  Socket first = listen("tcp://127.0.0.1:0", {.reuse_port = true});
  Socket second = listen("tcp://" + first.local_address().text(), {.reuse_port = true});
  EXPECT_EQ(first.local_address(), second.local_address());
}

TEST(Listen, says_what_is_wrong_with_a_url) {
  EXPECT_NE(error_of("udp://:80").find("Type::datagram"), std::string::npos);
  EXPECT_NE(error_of("tcp://localhost").find("port is missing"), std::string::npos);
  EXPECT_NE(error_of("8000").find("as in :8000"), std::string::npos);
}

struct ListenUnix : ::testing::Test {
  testing::Folder folder;
  std::string path = folder / "x.sock";
  std::string url = "unix:" + path;
};

TEST_F(ListenUnix, removes_its_file_when_it_is_closed) {
  Socket server = listen(url);
  EXPECT_TRUE(exists(path));
  EXPECT_EQ(server.local_address(), Address::unix_path(path));
  Socket client = connect(url, 10s);
  server.close();
  EXPECT_FALSE(exists(path));
}

TEST_F(ListenUnix, keeps_its_file_when_it_is_moved) {
  Socket server = listen(url);
  Socket other = std::move(server);
  server.close();
  EXPECT_TRUE(exists(path));
  other = Socket();
  EXPECT_FALSE(exists(path));
}

TEST_F(ListenUnix, replaces_what_a_dead_process_left) {
  {
    Socket dead(Family::local);
    dead.bind(url);
  }
  EXPECT_TRUE(exists(path));
  Socket server = listen(url);
  EXPECT_NO_THROW(connect(url, 10s));
}

TEST_F(ListenUnix, is_refused_where_somebody_listens) {
  Socket server = listen(url);
  EXPECT_EQ(error_of(url).find("listen on " + url + ": address already in use"), 0u);
  EXPECT_NO_THROW(connect(url, 10s));
}

TEST_F(ListenUnix, is_refused_where_a_plain_file_is_and_keeps_it) {
  std::ofstream(path) << "text";
  EXPECT_EQ(error_of(url).find("listen on " + url + ": address already in use"), 0u);
  EXPECT_TRUE(exists(path));
}

TEST_F(ListenUnix, has_no_file_for_an_abstract_name) {
  Socket server = listen("unix:@bowline-listens-" + std::to_string(::getpid()));
  EXPECT_TRUE(server.local_address().is_abstract());
  EXPECT_TRUE(is_reached(server, server.local_address()));
}

TEST_F(ListenUnix, refuses_a_path_that_does_not_fit) {
  std::string text = error_of("unix:" + folder / std::string(120, 'x'));
  EXPECT_NE(text.find("file name too long: "), std::string::npos) << text;
}

}  // namespace
}  // namespace bowline
