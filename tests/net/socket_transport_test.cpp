#include "bowline/net/socket_transport.h"

#include "bowline/net/network.h"
#include "tests/support/answers.h"
#include "tests/support/loop_fixture.h"
#include "tests/support/open_files.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <memory>
#include <string>

namespace bowline {
namespace {

class SocketTransportTest : public testing::LoopTest {
 protected:
  Backend& backend() { return loop_.backend(); }
};

Task<> check_options(Network network) {
  Listener listener = network.listen(Address::ipv4(0x7F000001, 0));
  Stream client = co_await network.connect(listener.local_address());
  Stream server = co_await listener.accept();
  for (Stream* stream : {&client, &server}) {
    Handle handle = stream->transport().handle();
    int value = 0;
    EXPECT_EQ(os::option(handle, IPPROTO_TCP, TCP_NODELAY, value), 0);
    EXPECT_EQ(value, 1) << "small messages would wait for each other";
    stream->set_option(Option::no_delay, 0);
    os::option(handle, IPPROTO_TCP, TCP_NODELAY, value);
    EXPECT_EQ(value, 0);
    stream->set_option(Option::keep_alive, 1);
    os::option(handle, SOL_SOCKET, SO_KEEPALIVE, value);
    EXPECT_EQ(value, 1);
  }
}

TEST_F(SocketTransportTest, sets_the_options_of_its_socket) {
  run(check_options(network_));
}

TEST_F(SocketTransportTest, closes_its_socket_when_it_goes) {
  std::size_t before = testing::open_file_count();
  {
    Handle handle = backend().open(Family::ipv4);
    SocketTransport transport(backend(), handle, Address::ipv4(0x7F000001, 9));
    EXPECT_EQ(transport.handle(), handle);
    EXPECT_EQ(testing::open_file_count(), before + 1);
  }
  EXPECT_EQ(testing::open_file_count(), before);
}

TEST_F(SocketTransportTest, is_active_by_what_went_past_it_as_well) {
  SocketTransport transport(backend(), backend().open(Family::ipv4), Address::ipv4(0x7F000001, 9));
  EXPECT_FALSE(transport.take_activity());
  transport.note_spliced(0, 1000);
  EXPECT_TRUE(transport.take_activity());
  EXPECT_FALSE(transport.take_activity());
}

TEST_F(SocketTransportTest, knows_where_it_leads) {
  Address peer = Address::ipv4(0x7F000001, 9);
  SocketTransport transport(backend(), backend().open(Family::ipv4), peer);
  EXPECT_EQ(transport.url(), "tcp://127.0.0.1:9");
  EXPECT_EQ(transport.peer_address(), peer);
  EXPECT_TRUE(transport.local_address().is_unspecified());
}

TEST_F(SocketTransportTest, knows_who_is_at_the_other_end_of_a_unix_socket_only) {
  testing::SocketPair pair(backend());
  Handle handle = std::exchange(pair.near, no_handle);
  SocketTransport local(backend(), handle, Address::unix_unnamed());
  Credentials who;
  EXPECT_EQ(local.credentials(who), 0);
  EXPECT_EQ(who.process, ::getpid());
  EXPECT_EQ(who.user, ::getuid());
  SocketTransport tcp(backend(), backend().open(Family::ipv4), Address::ipv4(0x7F000001, 9));
  EXPECT_LT(tcp.credentials(who), 0);
}

TEST(StreamScheme, is_tcp_or_unix) {
  EXPECT_EQ(stream_scheme(Address::ipv4(1, 1)), "tcp");
  EXPECT_EQ(stream_scheme(Address::ipv6({}, 1)), "tcp");
  EXPECT_EQ(stream_scheme(Address::unix_path("/x")), "unix");
  EXPECT_EQ(stream_scheme(Address::unix_unnamed()), "unix");
}

}  // namespace
}  // namespace bowline
