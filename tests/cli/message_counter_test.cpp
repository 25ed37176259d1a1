#include "cli/message_counter.h"

#include <gtest/gtest.h>

namespace bowline::cli {
namespace {

TEST(MessageCounter, counts_lines) {
  MessageCounter counter(2);
  EXPECT_EQ(counter.take("one\n"), 4u);
  EXPECT_FALSE(counter.done());
  EXPECT_EQ(counter.take("two\n"), 4u);
  EXPECT_TRUE(counter.done());
}

TEST(MessageCounter, takes_no_more_than_it_wants) {
  MessageCounter counter(2);
  EXPECT_EQ(counter.take("one\ntwo\nthree\n"), 8u);
  EXPECT_TRUE(counter.done());
}

TEST(MessageCounter, does_not_depend_on_how_lines_arrive) {
  MessageCounter counter(2);
  for (const char* piece : {"o", "ne", "\n", "tw"}) {
    counter.take(piece);
    EXPECT_FALSE(counter.done()) << piece;
  }
  EXPECT_EQ(counter.take("o\nthree"), 2u);
  EXPECT_TRUE(counter.done());
}

TEST(MessageCounter, takes_an_unfinished_message_for_one_after_a_pause) {
  MessageCounter counter(1);
  EXPECT_EQ(counter.take("accepted"), 8u);
  EXPECT_TRUE(counter.unfinished());
  EXPECT_FALSE(counter.done());
  counter.settle();
  EXPECT_TRUE(counter.done());
  EXPECT_FALSE(counter.unfinished());
}

TEST(MessageCounter, counts_nothing_in_a_pause_after_a_whole_line) {
  MessageCounter counter(2);
  counter.take("one\n");
  counter.settle();
  EXPECT_EQ(counter.count(), 1u);
}

TEST(MessageCounter, without_a_limit_is_never_done) {
  MessageCounter counter(0);
  EXPECT_EQ(counter.take("one\ntwo\n"), 8u);
  EXPECT_EQ(counter.count(), 2u);
  EXPECT_FALSE(counter.done());
}

}  // namespace
}  // namespace bowline::cli
