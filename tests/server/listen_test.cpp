#include "bowline/server/listen.h"

#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace bowline {
namespace {

using ListenTest = testing::LoopTest;

// Listens at `url` and gives where that is.
Task<> note_address(Network network, std::string url, Address& address) {
  Listener listener = co_await listen(network, url);
  address = listener.local_address();
  Address reached = address;
  if (address.is_unspecified()) reached = Address::ipv4(0x7F000001, address.port());
  Stream stream = co_await network.connect(reached);
}

Task<> note_failure(Network network, std::string url, std::string& text) {
  Result<Listener> listener = co_await attempt(listen(network, url));
  text = listener ? "nothing" : listener.error().what();
}

TEST_F(ListenTest, takes_every_way_to_write_a_tcp_address) {
  Address address;
  for (std::string url : {"tcp://127.0.0.1:0", "127.0.0.1:0", "localhost:0", "tcp://localhost:0"}) {
    run(note_address(network_, url, address));
    EXPECT_EQ(address.host(), "127.0.0.1") << url;
    EXPECT_NE(address.port(), 0);
  }
  run(note_address(network_, "[::1]:0", address));
  EXPECT_EQ(address.host(), "::1");
}

TEST_F(ListenTest, without_a_host_is_reached_on_all_interfaces) {
  Address address;
  run(note_address(network_, ":0", address));
  EXPECT_TRUE(address.is_unspecified());
}

TEST_F(ListenTest, takes_unix_paths_and_abstract_names) {
  std::string name = "bowline-listen-test-" + std::to_string(::getpid());
  std::string path = ::testing::TempDir() + name;
  Address address;
  run(note_address(network_, "unix:" + path, address));
  EXPECT_EQ(address, Address::unix_path(path));
  EXPECT_FALSE(std::filesystem::exists(path));
  run(note_address(network_, "unix:@" + name, address));
  EXPECT_EQ(address, Address::unix_abstract(name));
}

TEST_F(ListenTest, says_what_is_wrong_with_a_url) {
  std::string text;
  run(note_failure(network_, "tcp://localhost", text));
  EXPECT_NE(text.find("it has no port"), std::string::npos) << text;
  run(note_failure(network_, "gopher://localhost:70", text));
  EXPECT_NE(text.find("gopher:// is not supported"), std::string::npos) << text;
  run(note_failure(network_, "unix:/no/such/folder/socket", text));
  EXPECT_EQ(text.find("listen on unix:/no/such/folder/socket: "), 0u) << text;
}

TEST_F(ListenTest, says_that_an_address_is_in_use) {
  std::string text;
  Listener listener = network_.listen(Address::ipv4(0x7F000001, 0));
  run(note_failure(network_, listener.url(), text));
  EXPECT_EQ(text.find("listen on " + listener.url() + ": address already in use"), 0u) << text;
}

Task<> bind_and_say(Network network, std::string url, std::string* said) {
  Result<Datagrams> socket = co_await attempt(bind(network, url));
  *said = socket ? socket->url() : socket.error().what();
}

TEST_F(ListenTest, binds_datagram_sockets) {
  std::string text;
  run(bind_and_say(network_, "udp://127.0.0.1:0", &text));
  EXPECT_EQ(text.find("udp://127.0.0.1:"), 0u) << text;
  run(bind_and_say(network_, "unixgram:@bowline-bind-test", &text));
  EXPECT_EQ(text, "unixgram:@bowline-bind-test");
  run(bind_and_say(network_, "udp://127.0.0.1", &text));
  EXPECT_NE(text.find("it has no port: udp://host:port"), std::string::npos) << text;
  run(bind_and_say(network_, "tcp://127.0.0.1:0", &text));
  EXPECT_NE(text.find("tcp has no datagrams; udp:// and unixgram: have"), std::string::npos)
      << text;
  run(note_failure(network_, "udp://127.0.0.1:0", text));
  EXPECT_NE(text.find("datagrams have no connections; bind() is for them"), std::string::npos);
}

}  // namespace
}  // namespace bowline
