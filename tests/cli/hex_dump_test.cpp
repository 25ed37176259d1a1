#include "cli/hex_dump.h"

#include <gtest/gtest.h>

namespace bowline::cli {
namespace {

TEST(HexDump, shows_offset_bytes_and_text) {
  EXPECT_EQ(HexDump().rows("hello\n\x01\xff"),
            "00000000  68 65 6c 6c 6f 0a 01 ff                           |hello...|\n");
}

TEST(HexDump, has_sixteen_bytes_in_a_row) {
  EXPECT_EQ(HexDump().rows("0123456789abcdefg"),
            "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
            "00000010  67                                                |g|\n");
}

TEST(HexDump, shows_each_piece_at_once_and_counts_on) {
  HexDump dump;
  EXPECT_EQ(dump.rows("ab"), "00000000  61 62                                             |ab|\n");
  EXPECT_EQ(dump.rows("c"), "00000002  63                                                |c|\n");
}

TEST(HexDump, of_nothing_is_nothing) {
  EXPECT_EQ(HexDump().rows(""), "");
}

}  // namespace
}  // namespace bowline::cli
