#include "bowline/os/socket_table.h"

#include "tests/support/held_sockets.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cerrno>

namespace bowline::os {
namespace {

using namespace test;

std::vector<SocketEntry> listed(const SocketQuery& query = {}) {
  std::vector<SocketEntry> entries;
  EXPECT_EQ(list_sockets(query, entries), 0);
  return entries;
}

// The entry of `socket`; one without an inode when there is none.
SocketEntry find(const std::vector<SocketEntry>& entries, const FileDescriptor& socket) {
  for (const SocketEntry& entry : entries) {
    if (entry.inode == inode_of(socket)) return entry;
  }
  return {};
}

// The same facts by both ways.
class SocketTable : public testing::TestWithParam<bool> {
 protected:
  SocketQuery query() const {
    SocketQuery query;
    query.netlink = GetParam();
    return query;
  }
};

TEST_P(SocketTable, shows_a_listener) {
  FileDescriptor listener = listening();
  SocketEntry entry = find(listed(query()), listener);
  EXPECT_EQ(entry.kind, SocketKind::tcp);
  EXPECT_EQ(entry.state, SocketState::listening);
  EXPECT_EQ(entry.local, address_of(listener));
  EXPECT_EQ(entry.peer.family(), Family::none);
  EXPECT_EQ(entry.uid, ::geteuid());
}

TEST_P(SocketTable, counts_connections_that_wait_to_be_accepted) {
  FileDescriptor listener = listening();
  FileDescriptor first = connected(address_of(listener));
  FileDescriptor second = connected(address_of(listener));
  EXPECT_TRUE(soon([&] { return find(listed(query()), listener).receive_queue == 2; }));
}

TEST_P(SocketTable, shows_both_ends_of_a_connection) {
  FileDescriptor listener = listening();
  FileDescriptor client = connected(address_of(listener));
  FileDescriptor server = accepted(listener);
  auto entries = listed(query());
  SocketEntry near = find(entries, client);
  SocketEntry far = find(entries, server);
  EXPECT_EQ(near.state, SocketState::established);
  EXPECT_EQ(near.local, address_of(client));
  EXPECT_EQ(near.peer, address_of(listener));
  EXPECT_EQ(far.local, address_of(listener));
  EXPECT_EQ(far.peer, address_of(client));
}

TEST_P(SocketTable, counts_bytes_that_wait_to_be_read) {
  FileDescriptor listener = listening();
  FileDescriptor client = connected(address_of(listener));
  FileDescriptor server = accepted(listener);
  ASSERT_EQ(send_bytes(client.get(), "twelve bytes"), 12);
  EXPECT_TRUE(soon([&] { return find(listed(query()), server).receive_queue == 12; }));
}

TEST_P(SocketTable, shows_ipv6) {
  if (!has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  FileDescriptor listener = listening(ipv6_any_port());
  EXPECT_EQ(find(listed(query()), listener).local, address_of(listener));
}

TEST_P(SocketTable, tells_half_closed_connections_apart) {
  FileDescriptor listener = listening();
  FileDescriptor client = connected(address_of(listener));
  FileDescriptor server = accepted(listener);
  ASSERT_EQ(shutdown_socket(client.get(), SHUT_WR), 0);
  EXPECT_TRUE(soon([&] {
    auto entries = listed(query());
    return find(entries, client).state == SocketState::fin_wait_2 &&
           find(entries, server).state == SocketState::close_wait;
  }));
}

TEST_P(SocketTable, shows_connections_that_no_process_has_any_more) {
  FileDescriptor listener = listening();
  FileDescriptor client = connected(address_of(listener));
  FileDescriptor server = accepted(listener);
  Address address = address_of(client);
  client.close();
  std::byte none[1];
  ASSERT_EQ(receive_bytes(server.get(), none), 0);
  server.close();
  EXPECT_TRUE(soon([&] {
    for (const SocketEntry& entry : listed(query())) {
      if (entry.local != address) continue;
      return entry.state == SocketState::time_wait && entry.inode == 0;
    }
    return false;
  }));
}

TEST_P(SocketTable, shows_udp_with_and_without_a_peer) {
  FileDescriptor server = bound(any_port(), SOCK_DGRAM);
  FileDescriptor client = connected(address_of(server), SOCK_DGRAM);
  auto entries = listed(query());
  EXPECT_EQ(find(entries, server).kind, SocketKind::udp);
  EXPECT_EQ(find(entries, server).state, SocketState::unconnected);
  EXPECT_EQ(find(entries, client).state, SocketState::established);
  EXPECT_EQ(find(entries, client).peer, address_of(server));
}

TEST_P(SocketTable, shows_raw_sockets_with_their_protocol) {
  FileDescriptor socket(open_socket(Family::ipv4, SOCK_RAW, IPPROTO_ICMP));
  if (!socket.valid()) GTEST_SKIP() << "no right to raw sockets";
  SocketEntry entry = find(listed(query()), socket);
  EXPECT_EQ(entry.kind, SocketKind::raw);
  EXPECT_EQ(entry.local.port(), IPPROTO_ICMP);
}

TEST_P(SocketTable, shows_unix_sockets_of_each_type) {
  Folder folder;
  FileDescriptor stream = listening(folder.address("stream"));
  FileDescriptor packets = listening(folder.address("packets"), 5, SOCK_SEQPACKET);
  FileDescriptor datagrams = bound(folder.address("datagrams"), SOCK_DGRAM);
  auto entries = listed(query());
  EXPECT_EQ(find(entries, stream).kind, SocketKind::unix_stream);
  EXPECT_EQ(find(entries, stream).state, SocketState::listening);
  EXPECT_EQ(find(entries, stream).local, folder.address("stream"));
  EXPECT_EQ(find(entries, packets).kind, SocketKind::unix_seqpacket);
  EXPECT_EQ(find(entries, datagrams).kind, SocketKind::unix_datagram);
  EXPECT_EQ(find(entries, datagrams).state, SocketState::unconnected);
}

TEST_P(SocketTable, shows_abstract_names_and_pairs_without_names) {
  Address name = Address::unix_abstract("bowline-test-" + std::to_string(::getpid()));
  FileDescriptor listener = listening(name);
  FileDescriptor first;
  FileDescriptor second;
  ASSERT_EQ(open_pair(SOCK_STREAM, first, second), 0);
  auto entries = listed(query());
  EXPECT_EQ(find(entries, listener).local, name);
  EXPECT_EQ(find(entries, first).local, Address::unix_unnamed());
  EXPECT_EQ(find(entries, first).state, SocketState::established);
}

TEST_P(SocketTable, keeps_to_kinds_states_and_port) {
  FileDescriptor listener = listening();
  FileDescriptor other = listening();
  FileDescriptor client = connected(address_of(listener));
  FileDescriptor server = accepted(listener);
  FileDescriptor datagrams = bound(address_of(listener), SOCK_DGRAM);
  SocketQuery some = query();
  some.kinds = bit(SocketKind::tcp);
  some.states = bit(SocketState::listening);
  some.local_port = address_of(listener).port();
  auto entries = listed(some);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].inode, inode_of(listener));
  some.states = all_states;
  EXPECT_EQ(find(listed(some), server).state, SocketState::established);
  EXPECT_EQ(find(listed(some), client).inode, 0u);
}

TEST_P(SocketTable, ends_at_its_limit) {
  FileDescriptor first = listening();
  FileDescriptor second = listening();
  SocketQuery one = query();
  one.count_max = 1;
  EXPECT_EQ(listed(one).size(), 1u);
  one.count_max = 0;
  EXPECT_EQ(listed(one).size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(by, SocketTable, testing::Bool(),
                         [](const auto& given) { return given.param ? "netlink" : "proc"; });

bool has_netlink() {
  FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 4));
  return socket.valid();
}

TEST(SocketTableByNetlink, knows_backlogs) {
  if (!has_netlink()) GTEST_SKIP() << "no netlink here";
  Folder folder;
  FileDescriptor tcp = listening(any_port(), 7);
  FileDescriptor local = listening(folder.address("socket"), 9);
  auto entries = listed();
  EXPECT_EQ(find(entries, tcp).send_queue, 7u);
  EXPECT_EQ(find(entries, local).send_queue, 9u);
}

TEST(SocketTableByNetlink, names_the_other_end_of_unix_connections) {
  if (!has_netlink()) GTEST_SKIP() << "no netlink here";
  Folder folder;
  FileDescriptor listener = listening(folder.address("socket"));
  FileDescriptor client = connected(folder.address("socket"));
  FileDescriptor server = accepted(listener);
  auto entries = listed();
  EXPECT_EQ(find(entries, client).peer, folder.address("socket"));
  EXPECT_EQ(find(entries, client).peer_inode, inode_of(server));
  EXPECT_EQ(find(entries, server).peer, Address::unix_unnamed());
}

TEST(SocketTableByNetlink, tells_the_file_of_a_unix_socket) {
  if (!has_netlink()) GTEST_SKIP() << "no netlink here";
  Folder folder;
  FileDescriptor listener = listening(folder.address("socket"));
  struct stat file;
  ASSERT_EQ(::stat(folder.file("socket").c_str(), &file), 0);
  EXPECT_EQ(find(listed(), listener).file_inode, file.st_ino);
}

TEST(SocketTableByNetlink, shows_what_is_bound_without_listening) {
  FileDescriptor socket = bound(any_port());
  SocketEntry entry = find(listed(), socket);
  if (entry.inode == 0) GTEST_SKIP() << "Linux lists these since 6.8";
  EXPECT_EQ(entry.state, SocketState::unconnected);
  EXPECT_EQ(entry.local, address_of(socket));
}

TEST(SocketNames, are_those_of_ss) {
  EXPECT_EQ(kind_name(SocketKind::tcp), "tcp");
  EXPECT_EQ(kind_name(SocketKind::unix_seqpacket), "seqpacket");
  EXPECT_EQ(state_name(SocketState::established), "ESTAB");
  EXPECT_EQ(state_name(SocketState::listening), "LISTEN");
  EXPECT_EQ(state_name(SocketState::closing), "CLOSING");
}

}  // namespace
}  // namespace bowline::os
