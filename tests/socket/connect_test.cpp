#include "bowline/socket/connect.h"

#include "bowline/socket/listen.h"
#include "tests/socket/connected.h"
#include "tests/support/interruptions.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using testing::error_of;

TEST(Connect, leads_to_who_listens) {
  Socket server = listen("tcp://127.0.0.1:0");
  Socket client = connect("tcp://" + server.local_address().text(), 10s);
  EXPECT_EQ(client.peer_address(), server.local_address());
  EXPECT_TRUE(client.blocking());
  EXPECT_EQ(client.timeout(), forever);
  EXPECT_NO_THROW(connect(server.local_address()));
}

TEST(Connect, tries_each_address_of_a_name) {
  Socket server = listen("tcp://127.0.0.1:0");
  Socket client = connect("localhost:" + std::to_string(server.local_address().port()), 10s);
  EXPECT_EQ(client.peer_address(), server.local_address());
}

TEST(Connect, where_nobody_listens_is_refused_and_says_so) {
  Socket bound(Family::ipv4);
  bound.bind({"127.0.0.1", 0});
  std::string url = "tcp://" + bound.local_address().text();
  Error error = error_of([&] { connect(url, 10s); });
  EXPECT_TRUE(error.is(std::errc::connection_refused));
  EXPECT_EQ(std::string(error.what()).find("connect to " + url + ": connection refused: "), 0u);
}

TEST(Connect, ends_at_its_deadline_when_nobody_accepts) {
  std::string name = "unix:@bowline-is-full-" + std::to_string(::getpid());
  for (std::string url : {std::string("tcp://127.0.0.1:0"), name}) {
    testing::Interruptions interruptions;
    Socket server = listen(url, {.backlog = 0});
    if (server.family() == Family::ipv4) url = "tcp://" + server.local_address().text();
    std::vector<Socket> clients;
    Error error = error_of([&] {
      while (clients.size() < 10) clients.push_back(connect(url, 50ms));
    });
    EXPECT_TRUE(error.timed_out()) << error.what();
    EXPECT_EQ(std::string(error.what()).find("connect to " + url + ": timed out"), 0u);
  }
}

TEST(Connect, with_a_deadline_that_has_passed_is_timed_out_or_done) {
  Socket server = listen("tcp://127.0.0.1:0");
  Error error = error_of(
      [&] { connect("tcp://localhost:" + std::to_string(server.local_address().port()), 0s); });
  EXPECT_TRUE(error.timed_out() || !error.code()) << error.what();
}

TEST(Connect, says_what_is_wrong_with_a_url) {
  EXPECT_TRUE(error_of([] { connect("tcp://localhost"); }).is(Errc::bad_address));
  EXPECT_TRUE(error_of([] { connect("ws://localhost:80"); }).is(Errc::bad_address));
  EXPECT_TRUE(
      error_of([] { connect("unix:/nowhere/x"); }).is(std::errc::no_such_file_or_directory));
}

}  // namespace
}  // namespace bowline
