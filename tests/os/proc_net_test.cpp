#include "bowline/os/proc_net.h"

#include <gtest/gtest.h>

#include <bit>

namespace bowline::os {
namespace {

class ProcNet : public testing::Test {
 protected:
  void SetUp() override {
    bool little = std::endian::native == std::endian::little;
    if (!little) GTEST_SKIP() << "the examples are of a little-endian machine";
  }
};

TEST_F(ProcNet, reads_a_listener) {
  auto entry = parse_proc_inet(
      "   0: 0100007F:1F40 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 "
      "31337 1 0000000000000000 100 0 0 10 0",
      SocketKind::tcp);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->state, SocketState::listening);
  EXPECT_EQ(entry->local.text(), "127.0.0.1:8000");
  EXPECT_EQ(entry->peer.family(), Family::none);
  EXPECT_EQ(entry->receive_queue, 3u);
  EXPECT_EQ(entry->uid, 1000u);
  EXPECT_EQ(entry->inode, 31337u);
}

TEST_F(ProcNet, reads_an_ipv6_connection) {
  auto entry = parse_proc_inet(
      "  12: 00000000000000000000000001000000:1F40 00000000000000000000000001000000:C350 01 "
      "00000005:00000000 00:00000000 00000000     0        0 42 1 0000000000000000 20 4 30 10 -1",
      SocketKind::tcp);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->local.text(), "[::1]:8000");
  EXPECT_EQ(entry->peer.text(), "[::1]:50000");
  EXPECT_EQ(entry->send_queue, 5u);
}

TEST_F(ProcNet, refuses_headers_and_what_is_cut_short) {
  std::string_view whole =
      "   0: 0100007F:1F40 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 "
      "7";
  EXPECT_TRUE(parse_proc_inet(whole, SocketKind::tcp));
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    EXPECT_FALSE(parse_proc_inet(whole.substr(0, size), SocketKind::tcp)) << size;
  }
  EXPECT_FALSE(parse_proc_inet("  sl  local_address rem_address   st tx_queue", SocketKind::tcp));
  EXPECT_FALSE(parse_proc_unix("Num       RefCount Protocol Flags    Type St Inode Path"));
}

TEST_F(ProcNet, reads_unix_sockets) {
  auto listener =
      parse_proc_unix("0000000000000000: 00000002 00000000 00010000 0001 01 77 /run/a b");
  ASSERT_TRUE(listener);
  EXPECT_EQ(listener->kind, SocketKind::unix_stream);
  EXPECT_EQ(listener->state, SocketState::listening);
  EXPECT_EQ(listener->local, Address::unix_path("/run/a b"));
  EXPECT_EQ(listener->inode, 77u);
  auto named = parse_proc_unix("0000000000000000: 00000002 00000000 00000000 0002 01 78 @name");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->kind, SocketKind::unix_datagram);
  EXPECT_EQ(named->state, SocketState::unconnected);
  EXPECT_EQ(named->local, Address::unix_abstract("name"));
  auto unnamed = parse_proc_unix("0000000000000000: 00000003 00000000 00000000 0005 03 79");
  ASSERT_TRUE(unnamed);
  EXPECT_EQ(unnamed->kind, SocketKind::unix_seqpacket);
  EXPECT_EQ(unnamed->state, SocketState::established);
  EXPECT_EQ(unnamed->local, Address::unix_unnamed());
}

TEST_F(ProcNet, knows_the_types_of_unix_sockets) {
  EXPECT_EQ(unix_kind(1), SocketKind::unix_stream);
  EXPECT_EQ(unix_kind(2), SocketKind::unix_datagram);
  EXPECT_EQ(unix_kind(5), SocketKind::unix_seqpacket);
  EXPECT_EQ(unix_kind(9), std::nullopt);
}

}  // namespace
}  // namespace bowline::os
