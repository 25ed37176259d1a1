#include "cli/bench_pattern.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace bowline::cli {
namespace {

std::string message_of(std::uint64_t connection, std::uint64_t message, std::size_t size) {
  std::string text(size, '\0');
  BenchPattern(connection).fill(message, 0, writable(text));
  return text;
}

TEST(BenchPattern, a_message_begins_with_its_number_and_the_connections) {
  std::string text = message_of(2, 0x0301, 16);
  EXPECT_EQ(text, std::string("\x01\x03\0\0\0\0\0\0\x02\0\0\0\0\0\0\0", 16));
}

TEST(BenchPattern, matches_what_it_fills_however_it_is_cut) {
  std::string text = message_of(7, 9, 20000);
  for (std::size_t cut = 0; cut < text.size(); cut += cut < 40 ? 1 : 997) {
    BenchPattern pattern(7);
    Bytes bytes(text);
    EXPECT_EQ(pattern.matching(9, 0, bytes.first(cut)), cut);
    EXPECT_EQ(pattern.matching(9, cut, bytes.after(cut)), text.size() - cut);
    std::string rest(text.size() - cut, '\0');
    pattern.fill(9, cut, writable(rest));
    EXPECT_EQ(rest, text.substr(cut));
  }
}

TEST(BenchPattern, a_flipped_byte_is_found_where_it_is) {
  std::string text = message_of(1, 2, 9000);
  for (std::size_t place = 0; place < text.size(); place += place < 40 ? 1 : 331) {
    std::string flipped = text;
    flipped[place] = char(flipped[place] ^ 1);
    EXPECT_EQ(BenchPattern(1).matching(2, 0, flipped), place);
    EXPECT_EQ(BenchPattern(1).at(2, place), Bytes(text)[place]);
  }
}

TEST(BenchPattern, messages_and_connections_differ) {
  std::set<std::string> seen;
  for (std::uint64_t connection = 1; connection <= 30; ++connection) {
    for (std::uint64_t message = 0; message < 30; ++message) {
      seen.insert(message_of(connection, message, 64));
    }
  }
  EXPECT_EQ(seen.size(), 900u);
}

TEST(BenchPattern, pieces_that_changed_places_are_noticed) {
  for (std::size_t size : {512u, 1024u, 4096u, 8192u}) {
    std::string text = message_of(1, 2, 4 * size);
    std::string moved = text.substr(0, size) + text.substr(2 * size, size) +
                        text.substr(size, size) + text.substr(3 * size);
    std::size_t matching = BenchPattern(1).matching(2, 0, moved);
    EXPECT_GE(matching, size);
    EXPECT_LT(matching, size + 16);
  }
}

}  // namespace
}  // namespace bowline::cli
