#include "bowline/client/connect.h"

#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/slow_names.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using ConnectTest = testing::LoopTest;

Address loopback(Family family) {
  Address::Ipv6Bytes bytes{};
  bytes.back() = 1;
  return family == Family::ipv4 ? Address::ipv4(0x7F000001, 0) : Address::ipv6(bytes, 0);
}

// Listens at `address` and expects that `host`:port leads there.
Task<> check_leads_to(Network network, Address address, std::string scheme, std::string host) {
  Listener listener = network.listen(address);
  std::string port = std::to_string(listener.local_address().port());
  Stream stream = co_await connect(network, scheme + host + ":" + port);
  EXPECT_EQ(stream.peer_address(), listener.local_address());
}

// What connecting to `url` fails with.
Task<> note_failure(Network network, std::string url, std::string& text) {
  Result<Stream> stream = co_await attempt(connect(network, url));
  text = stream ? "nothing" : stream.error().what();
}

TEST_F(ConnectTest, takes_every_way_to_write_a_tcp_address) {
  Address ipv4 = loopback(Family::ipv4);
  run(check_leads_to(network_, ipv4, "tcp://", "127.0.0.1"));
  run(check_leads_to(network_, ipv4, "", "127.0.0.1"));
  run(check_leads_to(network_, ipv4, "", "localhost"));
  run(check_leads_to(network_, ipv4, "", ""));
  run(check_leads_to(network_, loopback(Family::ipv6), "tcp://", "[::1]"));
}

TEST_F(ConnectTest, reaches_this_machine_whichever_family_listens) {
  run(check_leads_to(network_, loopback(Family::ipv4), "tcp://", ""));
  run(check_leads_to(network_, loopback(Family::ipv6), "tcp://", ""));
}

TEST_F(ConnectTest, takes_unix_paths_and_abstract_names) {
  auto body = [](Network network, Address address, std::string url) -> Task<> {
    Listener listener = network.listen(address);
    Stream stream = co_await connect(network, url);
    EXPECT_EQ(stream.peer_address(), address);
  };
  std::string name = "bowline-connect-test-" + std::to_string(::getpid());
  std::string path = ::testing::TempDir() + name;
  run(body(network_, Address::unix_path(path), "unix:" + path));
  run(body(network_, Address::unix_abstract(name), "unix:@" + name));
}

TEST_F(ConnectTest, says_what_is_wrong_with_a_url) {
  std::string text;
  run(note_failure(network_, "tcp://localhost", text));
  EXPECT_NE(text.find("no port"), std::string::npos) << text;
  run(note_failure(network_, "gopher://localhost:70", text));
  EXPECT_NE(text.find("gopher:// is not supported; tcp, tls,"), std::string::npos);
  run(note_failure(network_, "", text));
  EXPECT_NE(text, "nothing");
}

TEST(CheckTarget, says_before_a_connection_what_is_wrong_with_its_url) {
  EXPECT_TRUE(check_target("localhost:80").ok());
  EXPECT_TRUE(check_target("wss://example.org").ok());
  EXPECT_TRUE(check_target("unix:/run/sock").ok());
  for (const char* url : {"localhost", "udp://localhost", "http://localhost:80", "tcp://a:x"}) {
    Result<void> checked = check_target(url);
    EXPECT_TRUE(!checked && checked.error().is(Errc::bad_address)) << url;
  }
}

TEST_F(ConnectTest, says_that_a_name_or_a_listener_is_not_there) {
  std::string text;
  run(note_failure(network_, "tcp://127.0.0.1:1", text));
  EXPECT_EQ(text.find("connect to tcp://127.0.0.1:1: connection refused"), 0u) << text;
  run(note_failure(network_, "unix:/no/such/socket", text));
  EXPECT_EQ(text.find("connect to unix:/no/such/socket: "), 0u) << text;
}

TEST_F(ConnectTest, covers_the_lookup_with_its_deadline) {
  auto body = [](Network network) -> Task<> {
    Result<Stream> stream =
        co_await attempt(within(2ms, connect(network, "tcp://host.slow.test:80")));
    EXPECT_TRUE(stream.error().timed_out());
    EXPECT_STREQ(stream.error().what(), "look up host.slow.test: timed out after 2 ms");
  };
  testing::SlowNames slow;
  run(body(network_));
}

}  // namespace
}  // namespace bowline
