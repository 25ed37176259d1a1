#include "bowline/net/peer_table.h"

#include <gtest/gtest.h>

#include <memory>

namespace bowline {
namespace {

using namespace std::chrono_literals;

Time at(Duration since) {
  return Time() + since;
}

Address address(std::uint16_t port) {
  return Address::ipv4(0x7F000001, port);
}

TEST(PeerTable, finds_entries_by_their_address) {
  PeerTable table;
  std::vector<std::unique_ptr<PeerEntry>> entries;
  for (std::uint16_t port = 1; port <= 1000; ++port) {
    entries.push_back(std::make_unique<PeerEntry>(address(port)));
    table.add(*entries.back(), at(1s));
  }
  EXPECT_EQ(table.size(), 1000u);
  for (auto& entry : entries) EXPECT_EQ(table.find(entry->address()), entry.get());
  EXPECT_EQ(table.find(address(1001)), nullptr);
  EXPECT_EQ(table.find(Address::ipv4(0x7F000002, 1)), nullptr);
  for (std::size_t index = 0; index < entries.size(); index += 2) table.remove(*entries[index]);
  for (std::size_t index = 0; index < entries.size(); ++index) {
    PeerEntry* expected = index % 2 == 0 ? nullptr : entries[index].get();
    EXPECT_EQ(table.find(entries[index]->address()), expected);
    EXPECT_EQ(entries[index]->listed(), expected != nullptr);
  }
}

TEST(PeerTable, tells_families_and_paths_apart) {
  PeerTable table;
  PeerEntry path(Address::unix_path("/run/a"));
  PeerEntry name(Address::unix_abstract("/run/a"));
  PeerEntry six(Address::ipv6({}, 7));
  PeerEntry scoped(Address::ipv6({}, 7, 2));
  PeerEntry four(Address::ipv4(0, 7));
  PeerEntry* all[] = {&path, &name, &six, &scoped, &four};
  for (PeerEntry* entry : all) table.add(*entry, at(1s));
  for (PeerEntry* entry : all) EXPECT_EQ(table.find(entry->address()), entry);
}

TEST(PeerTable, knows_who_was_silent_for_longest) {
  PeerTable table;
  EXPECT_EQ(table.oldest(), nullptr);
  PeerEntry one(address(1));
  PeerEntry two(address(2));
  PeerEntry three(address(3));
  table.add(one, at(1s));
  table.add(two, at(2s));
  table.add(three, at(3s));
  EXPECT_EQ(table.oldest(), &one);
  table.touch(one, at(4s));
  EXPECT_EQ(one.heard(), at(4s));
  EXPECT_EQ(table.oldest(), &two);
  table.touch(two, at(5s));
  EXPECT_EQ(table.oldest(), &three);
  table.remove(three);
  EXPECT_EQ(table.oldest(), &one);
  table.remove(one);
  table.remove(two);
  EXPECT_EQ(table.oldest(), nullptr);
}

}  // namespace
}  // namespace bowline
