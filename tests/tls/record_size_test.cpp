#include "bowline/tls/record_size.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

constexpr Time start = Time(std::chrono::hours(1));

TEST(RecordSize, is_small_first_and_large_later) {
  RecordSize records;
  std::size_t sent = 0;
  while (records.next(start) == RecordSize::small) {
    records.sent(RecordSize::small, start);
    sent += RecordSize::small;
  }
  EXPECT_GE(sent, RecordSize::warm_up);
  EXPECT_LE(sent, RecordSize::warm_up + RecordSize::small);
  EXPECT_EQ(records.next(start), RecordSize::large);
}

TEST(RecordSize, is_small_again_after_a_pause) {
  RecordSize records;
  records.next(start);
  records.sent(RecordSize::warm_up, start);
  EXPECT_EQ(records.next(start + RecordSize::idle - Duration(1)), RecordSize::large);
  EXPECT_EQ(records.next(start + RecordSize::idle), RecordSize::small);
}

}  // namespace
}  // namespace bowline
