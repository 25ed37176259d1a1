#include "bowline/net/datagram_transport.h"

#include "bowline/net/network.h"
#include "bowline/task/wait.h"
#include "tests/support/loop_fixture.h"

namespace bowline {
namespace {

using namespace std::chrono_literals;
using DatagramTransportTest = testing::LoopTest;

const Address loopback = Address::ipv4(0x7F000001, 0);

Task<> end_writing(Network network) {
  Datagrams server = network.open_datagrams(loopback);
  Stream stream = network.connect_datagram_stream(server.local_address());
  EXPECT_EQ(stream.peer_url(), server.url());
  EXPECT_EQ(stream.peer_address(), server.local_address());
  co_await stream.write_all("question");
  co_await stream.write_end();
  Datagram datagram = co_await within(10s, server.receive_from());
  EXPECT_EQ(datagram.address, stream.local_address());
  co_await server.send_to("answer", datagram.address);
  Chunk chunk = co_await within(10s, stream.read_some());
  EXPECT_EQ(chunk.text(), "answer") << "an end of writing is not told, and ends nothing";
}

TEST_F(DatagramTransportTest, has_no_end) {
  run(end_writing(network_));
}

Task<> pass_handles(Network network) {
  Datagrams server = network.open_datagrams(loopback);
  Stream stream = network.connect_datagram_stream(server.local_address());
  stream.set_option(Option::no_delay, 1);
  stream.set_option(Option::send_buffer_size, 100'000);
  std::string room(10, '\0');
  std::vector<Handle> handles;
  Result<std::size_t> read = co_await attempt(stream.read_some(writable(room), handles));
  EXPECT_FALSE(read.ok());
  EXPECT_THROW(stream.peer_credentials(), Error);
}

TEST_F(DatagramTransportTest, has_no_handles_beside_the_bytes_and_ignores_options_of_streams) {
  run(pass_handles(network_));
}

}  // namespace
}  // namespace bowline
