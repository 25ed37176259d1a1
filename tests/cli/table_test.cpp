#include "cli/table.h"

#include <gtest/gtest.h>

namespace bowline::cli {
namespace {

constexpr Column columns[] = {
    {"NAME"}, {"COUNT", Column::Kind::number}, {"PLACE", Column::Kind::cuttable}};

TEST(Table, aligns_numbers_to_the_right) {
  EXPECT_EQ(table_text(columns, {{"one", "1", "here"}, {"two", "123456", ""}}, 0),
            "NAME   COUNT  PLACE\n"
            "one        1  here\n"
            "two   123456\n");
}

TEST(Table, cuts_only_what_may_be_cut) {
  std::vector<Cells> rows = {{"a name of some length", "12", "a place with many words in it"}};
  EXPECT_EQ(table_text(columns, rows, 50),
            "NAME                  COUNT PLACE\n"
            "a name of some length    12 a place w...ords in it\n");
  // Narrower than that, lines end where the terminal does.
  EXPECT_EQ(table_text(columns, rows, 10), "NAME      \na name of \n");
}

}  // namespace
}  // namespace bowline::cli
