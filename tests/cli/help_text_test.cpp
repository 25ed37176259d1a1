#include "cli/help_text.h"

#include "cli/connect.h"
#include "cli/serve.h"
#include "cli/sockets.h"
#include "tests/cli/program.h"

#include <gmock/gmock.h>

#include <sstream>

namespace bowline::cli {
namespace {

using ::testing::HasSubstr;

TEST(Help, says_how_to_call_it_and_what_it_does) {
  testing::Program program;
  EXPECT_EQ(help_text(*program.cut),
            "usage: knots cut [OPTIONS] [ROPES...]\n"
            "\nCut ropes\n"
            "\narguments:\n  ROPES  What to cut\n"
            "\noptions:\n  -h, --help  Print this help message and exit\n");
}

TEST(Help, of_a_program_lists_its_commands) {
  testing::Program program;
  EXPECT_THAT(help_text(program.app),
              HasSubstr("\ncommands:\n  tie  Tie a rope\n  cut  Cut ropes\n"));
  EXPECT_THAT(help_text(program.app), HasSubstr("\nexit status: 0 done\n"));
}

TEST(Help, aligns_long_names_with_and_without_a_short_one) {
  testing::Program program;
  std::string text = help_text(*program.tie);
  EXPECT_THAT(text, HasSubstr("\n  -t, --turns N            How many turns\n"));
  EXPECT_THAT(text, HasSubstr("\n      --chart FILE         Where the drawing is\n"));
  EXPECT_THAT(text, HasSubstr("\n  -k, --knot bowline|reef  Which knot\n"));
}

TEST(Help, fits_80_columns) {
  CLI::App app("", "bowline");
  int exit_code = 0;
  for (auto define : {define_serve, define_connect, define_sockets}) define(app, exit_code);
  for (const CLI::App* command : app.get_subcommands({})) {
    // The footer is as its author wrote it.
    std::string text = help_text(*command);
    std::istringstream lines(text.substr(0, text.find(command->get_footer())));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
  }
}

TEST(Wrapped, breaks_between_words) {
  EXPECT_EQ(wrapped("one two three", 0, 8), "one two\nthree");
  EXPECT_EQ(wrapped("one two three", 2, 8), "one\n  two\n  three");
  EXPECT_EQ(wrapped("unbreakable x", 0, 4), "unbreakable\nx");
  EXPECT_EQ(wrapped("", 4, 8), "");
}

TEST(Wrapped, keeps_paragraphs_and_indented_lines) {
  EXPECT_EQ(wrapped("one two\n\nthree", 0, 4), "one\ntwo\n\nthree");
  EXPECT_EQ(wrapped("one:\n  as it is", 0, 4), "one:\n  as it is");
}

}  // namespace
}  // namespace bowline::cli
