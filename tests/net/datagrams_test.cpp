#include "bowline/net/datagrams.h"

#include "bowline/net/network.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

#include <net/if.h>
#include <unistd.h>

#include <filesystem>

namespace bowline {
namespace {

using namespace std::chrono_literals;
using DatagramsTest = testing::LoopTest;

const Address loopback = Address::ipv4(0x7F000001, 0);

std::string failure_of(const std::function<void()>& call) {
  try {
    call();
    return "none";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST_F(DatagramsTest, say_where_they_are) {
  Datagrams socket = network_.open_datagrams(loopback);
  EXPECT_EQ(socket.url(), "udp://" + socket.local_address().text());
  EXPECT_NE(socket.local_address().port(), 0);
  Datagrams named = network_.open_datagrams(Address::unix_abstract("bowline-datagrams-test"));
  EXPECT_EQ(named.url(), "unixgram:@bowline-datagrams-test");
  Datagrams unnamed = network_.open_datagrams(Address::unix_unnamed());
  EXPECT_TRUE(unnamed.local_address().is_abstract()) << "so that it can be answered";
}

TEST_F(DatagramsTest, explain_why_they_cannot_be_bound) {
  Datagrams first = network_.open_datagrams(loopback);
  std::string text = failure_of([&] { network_.open_datagrams(first.local_address()); });
  EXPECT_EQ(text.find("bind to " + first.url() + ": address already in use"), 0u) << text;
}

TEST_F(DatagramsTest, remove_their_file_and_take_the_place_of_a_stale_one) {
  std::string path = ::testing::TempDir() + "bowline_datagrams_" + std::to_string(::getpid());
  Address address = Address::unix_path(path);
  {
    Datagrams socket = network_.open_datagrams(address);
    EXPECT_TRUE(std::filesystem::exists(path));
    std::string text = failure_of([&] { network_.open_datagrams(address); });
    EXPECT_NE(text.find("address already in use"), std::string::npos) << text;
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  Datagrams socket = network_.open_datagrams(address);
  network_.loop().backend().release(socket.handle());
  ::close(socket.handle());  // as a crash would, the file stays
  Datagrams successor = network_.open_datagrams(address);
}

TEST_F(DatagramsTest, take_options) {
  Datagrams socket = network_.open_datagrams(loopback, {.broadcast = true});
  socket.set_option(Option::receive_buffer_size, 100'000);
  socket.set_option(Option::send_buffer_size, 100'000);
  socket.set_option(Option::multicast_hops, 3);
  socket.set_option(Option::multicast_loop, 0);
  socket.set_option(Option::broadcast, 0);
}

Task<> talk_in_a_group(Network network, unsigned interface, bool* heard) {
  Address group = Address::parse_ip("239.255.7.7", 0).value();
  DatagramOptions options{.reuse_address = true};
  Datagrams member = network.open_datagrams(Address::ipv4(0, 0), options);
  Address there = group.with_port(member.local_address().port());
  member.join(group, interface);
  Datagrams sender = network.open_datagrams(loopback);
  sender.set_option(Option::multicast_interface, static_cast<int>(interface));
  Result<void> sent = co_await attempt(sender.send_to("to all", there));
  Result<Datagram> datagram = co_await attempt(within(1s, member.receive_from()));
  *heard = datagram && datagram->data.text() == "to all";
  member.leave(group, interface);
  EXPECT_THROW(member.leave(group, interface), Error);
}

TEST_F(DatagramsTest, of_a_group_come_to_its_members) {
  bool heard = false;
  run(talk_in_a_group(network_, ::if_nametoindex("lo"), &heard));
  if (!heard) GTEST_SKIP() << "this machine's loopback has no multicast";
}

TEST_F(DatagramsTest, explain_what_is_no_group) {
  Datagrams socket = network_.open_datagrams(loopback);
  std::string text = failure_of([&] { socket.join(loopback); });
  EXPECT_EQ(text,
            "join the group udp://127.0.0.1:0: invalid argument: that is no address of a group");
}

Task<> send_nowhere(Network network) {
  Datagrams socket = network.open_datagrams(loopback);
  Result<void> sent = co_await attempt(socket.send("to whom?"));
  EXPECT_FALSE(sent.ok());
  std::string what = sent.error().what();
  EXPECT_EQ(what.find("send from " + socket.url() + ": "), 0u) << what;
}

TEST_F(DatagramsTest, that_are_not_connected_need_an_address) {
  run(send_nowhere(network_));
}

Task<> send_a_batch_with_a_bad_one(Network network) {
  Datagrams server = network.open_datagrams(loopback);
  Datagrams client = network.open_datagrams(loopback);
  std::string big(70'000, 'x');
  Outgoing batch[] = {{"one", server.local_address(), 0},
                      {big, server.local_address(), 0},
                      {"three", server.local_address(), 0}};
  Result<void> sent = co_await attempt(client.send_batch(batch));
  EXPECT_FALSE(sent.ok());
  Datagram datagram = co_await within(10s, server.receive_from());
  EXPECT_EQ(datagram.data.text(), "one");
  Result<Datagram> more = co_await attempt(within(10ms, server.receive_from()));
  EXPECT_FALSE(more.ok());
}

TEST_F(DatagramsTest, of_a_batch_are_sent_up_to_the_first_that_cannot_be) {
  run(send_a_batch_with_a_bad_one(network_));
}

}  // namespace
}  // namespace bowline
