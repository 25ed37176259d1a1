#include "cli/suggest.h"

#include <gtest/gtest.h>

#include <vector>

namespace bowline::cli {
namespace {

const std::vector<std::string> options = {"-l",        "--listen",  "--log",
                                          "--threads", "--timeout", "-q"};
const std::vector<std::string> commands = {"serve", "connect", "sockets"};

TEST(EditDistance, counts_letters_put_in_taken_out_and_replaced) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("log", "log"), 0u);
}

TEST(EditDistance, of_swapped_neighbours_is_one) {
  EXPECT_EQ(edit_distance("listne", "listen"), 1u);
  EXPECT_EQ(edit_distance("timeuot", "timeout"), 1u);
}

TEST(EditDistance, is_the_same_both_ways) {
  for (const std::string& left : options) {
    for (const std::string& right : options) {
      EXPECT_EQ(edit_distance(left, right), edit_distance(right, left));
    }
  }
}

TEST(Nearest, finds_what_was_meant) {
  EXPECT_EQ(nearest("--listne", options), "--listen");
  EXPECT_EQ(nearest("--liste", options), "--listen");
  EXPECT_EQ(nearest("--timeot", options), "--timeout");
  EXPECT_EQ(nearest("-timeout", options), "--timeout");
  EXPECT_EQ(nearest("conect", commands), "connect");
  EXPECT_EQ(nearest("server", commands), "serve");
  EXPECT_EQ(nearest("socket", commands), "sockets");
}

TEST(Nearest, takes_a_beginning_for_the_whole) {
  EXPECT_EQ(nearest("--thr", options), "--threads");
}

TEST(Nearest, suggests_nothing_that_is_far) {
  EXPECT_EQ(nearest("--color", options), "");
  EXPECT_EQ(nearest("frobnicate", commands), "");
  EXPECT_EQ(nearest("-z", options), "");
  EXPECT_EQ(nearest("", options), "");
  EXPECT_EQ(nearest("--", options), "");
}

}  // namespace
}  // namespace bowline::cli
