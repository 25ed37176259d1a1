#include "bowline/tls/ticket_keys.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

constexpr Time start = Time(std::chrono::hours(5));

TEST(TicketKeys, change_when_they_have_sealed_long_enough) {
  TicketKeys keys;
  TicketKeys::Key first = keys.sealing(start).value();
  EXPECT_EQ(keys.sealing(start + TicketKeys::seals_for - Duration(1))->name, first.name);
  TicketKeys::Key second = keys.sealing(start + TicketKeys::seals_for).value();
  EXPECT_NE(second.name, first.name);
  EXPECT_NE(second.cipher, first.cipher);
  EXPECT_NE(second.mac, first.mac);
}

TEST(TicketKeys, open_for_longer_than_they_seal) {
  TicketKeys keys;
  TicketKeys::Key first = keys.sealing(start).value();
  Time end = start + TicketKeys::opens_for;
  keys.sealing(start + TicketKeys::seals_for);
  EXPECT_EQ(keys.opening(first.name, end - Duration(1))->cipher, first.cipher);
  EXPECT_FALSE(keys.opening(first.name, end));
  keys.sealing(end);
  EXPECT_FALSE(keys.opening(first.name, start));
}

TEST(TicketKeys, open_only_by_their_name) {
  TicketKeys keys;
  keys.sealing(start);
  EXPECT_FALSE(keys.opening(TicketKeys::Name{}, start));
}

}  // namespace
}  // namespace bowline
