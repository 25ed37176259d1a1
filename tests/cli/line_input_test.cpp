#include "cli/line_input.h"

#include "tests/cli/talkers.h"
#include "tests/support/loop_fixture.h"

namespace bowline::cli {
namespace {

using LineInputs = bowline::testing::VirtualLoopTest;

Task<> read_all(Input* lines, std::string* log) {
  for (;;) {
    Bytes line = co_await lines->next();
    if (line.empty()) co_return;
    *log += "[" + std::string(line.text()) + "]";
  }
}

struct Read {
  std::string lines;
  std::string shown;
};

Read read(Loop& loop, std::vector<std::string> pieces, std::size_t size_max = 100) {
  testing::Pieces input(std::move(pieces));
  testing::Shown output;
  LineInput lines(input, output, "? ", size_max);
  Read result;
  loop.run(read_all(&lines, &result.lines));
  result.shown = output.text;
  return result;
}

TEST_F(LineInputs, give_one_line_a_piece) {
  EXPECT_EQ(read(loop_, {"one\ntwo\n"}).lines, "[one\n][two\n]");
}

TEST_F(LineInputs, do_not_depend_on_how_lines_arrive) {
  std::string text = "one\n\nthree";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    std::vector<std::string> pieces;
    for (std::string piece : {text.substr(0, cut), text.substr(cut)}) {
      if (!piece.empty()) pieces.push_back(piece);
    }
    EXPECT_EQ(read(loop_, pieces).lines, "[one\n][\n][three]") << cut;
  }
}

TEST_F(LineInputs, ask_before_each_line_and_leave_the_last_prompt_alone_on_its_line) {
  EXPECT_EQ(read(loop_, {"one\ntwo\n"}).shown, "? ? ? \n");
  EXPECT_EQ(read(loop_, {}).shown, "? \n");
}

TEST_F(LineInputs, drop_what_is_too_long) {
  EXPECT_EQ(read(loop_, {"abcdefgh\nx\n"}, 3).lines, "[abc\n][x\n]");
  EXPECT_EQ(read(loop_, {"ab", "cd", "ef\nx"}, 3).lines, "[abc\n][x]");
}

}  // namespace
}  // namespace bowline::cli
