#include "bowline/os/socket_owners.h"

#include "bowline/os/clock.h"
#include "bowline/os/socket_table.h"
#include "tests/support/held_sockets.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace bowline::os {
namespace {

using namespace test;

constexpr Duration second = std::chrono::seconds(1);

std::uint64_t listener_inode(std::uint16_t port) {
  SocketQuery query;
  query.kinds = bit(SocketKind::tcp);
  query.states = bit(SocketState::listening);
  query.local_port = port;
  std::vector<SocketEntry> entries;
  list_sockets(query, entries);
  return entries.size() == 1 ? entries[0].inode : 0;
}

TEST(SocketOwners, say_that_this_process_holds_its_socket) {
  FileDescriptor listener = listening();
  auto owners = find_owners().of(inode_of(listener));
  ASSERT_EQ(owners.size(), 1u);
  EXPECT_EQ(owners[0].pid, ::getpid());
  EXPECT_EQ(owners[0].descriptor, listener.get());
  EXPECT_FALSE(owners[0].name.empty());
  EXPECT_FALSE(owners[0].command.empty());
  EXPECT_LE(owners[0].command.size(), 80u);
}

TEST(SocketOwners, name_another_process) {
  Child child([] { return listening(); });
  auto owners = find_owners().of(listener_inode(child.port()));
  ASSERT_EQ(owners.size(), 1u);
  EXPECT_EQ(owners[0].pid, child.pid());
  EXPECT_EQ(owners[0].name, "holder");
}

TEST(SocketOwners, are_several_when_processes_share_a_socket) {
  FileDescriptor listener = listening();
  Child child([&] { return FileDescriptor(::dup(listener.get())); });
  auto owners = find_owners().of(inode_of(listener));
  ASSERT_EQ(owners.size(), 3u);
  int of_child = 0;
  for (const SocketOwner& owner : owners) of_child += owner.pid == child.pid();
  EXPECT_EQ(of_child, 2);
}

TEST(SocketOwners, of_one_process_are_only_its_own) {
  FileDescriptor listener = listening();
  Child child([] { return listening(); });
  OwnerSearch search;
  search.pid = child.pid();
  SocketOwners owners = find_owners(search);
  EXPECT_FALSE(owners.partial());
  EXPECT_EQ(owners.of(listener_inode(child.port())).size(), 1u);
  for (const SocketOwner& owner : owners.of(inode_of(listener))) {
    EXPECT_EQ(owner.pid, child.pid());
  }
}

TEST(SocketOwners, are_none_for_what_nobody_holds) {
  SocketOwners owners = find_owners();
  EXPECT_TRUE(owners.of(0).empty());
  EXPECT_TRUE(owners.of(~std::uint64_t{0}).empty());
}

TEST(SocketOwners, are_partial_when_the_search_hits_its_limit) {
  OwnerSearch search;
  search.descriptors_max = 2;
  EXPECT_TRUE(find_owners(search).partial());
}

TEST(SocketOwners, do_not_pass_on_control_characters) {
  Child child([] {
    ::prctl(PR_SET_NAME, "\x1b[2Jbad\n");
    return listening();
  });
  auto owners = find_owners().of(listener_inode(child.port()));
  ASSERT_EQ(owners.size(), 1u);
  EXPECT_EQ(owners[0].name, "?[2Jbad?");
}

TEST(SocketOwner, is_found_for_one_socket) {
  Child child([] { return listening(); });
  auto owner = find_owner(listener_inode(child.port()), second);
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->pid, child.pid());
}

TEST(SocketOwner, is_this_process_when_it_is_one_of_several) {
  FileDescriptor listener = listening();
  Child child([&] { return FileDescriptor(::dup(listener.get())); });
  auto owner = find_owner(inode_of(listener), second);
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->pid, ::getpid());
}

TEST(SocketOwner, is_none_for_an_inode_that_nobody_has) {
  EXPECT_FALSE(find_owner(0, second));
  EXPECT_FALSE(find_owner(~std::uint64_t{0}, second));
}

TEST(SocketOwner, is_not_found_without_descriptors_to_look_with) {
  FileDescriptor listener = listening();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  auto owner = find_owner(inode_of(listener), second);
  SocketOwners owners = find_owners();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(owner);
  EXPECT_TRUE(owners.partial());
}

}  // namespace
}  // namespace bowline::os
