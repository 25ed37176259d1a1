#include "cli/manual.h"

#include "tests/cli/program.h"

#include <gmock/gmock.h>

namespace bowline::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ManualPage, of_a_command_has_the_usual_sections) {
  testing::Program program;
  std::string page = manual_page(*program.tie, "1.2");
  EXPECT_TRUE(page.starts_with(".TH KNOTS\\-TIE 1 \"\" \"bowline 1.2\" \"User Commands\"\n"));
  std::size_t at = 0;
  for (const char* section : {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "ROPE KINDS",
                              "EXAMPLES", "NOTES", "EXIT STATUS", "SEE ALSO"}) {
    std::size_t found = page.find(std::string("\n.SH ") + section + "\n", at);
    EXPECT_NE(found, std::string::npos) << section << " in\n" << page;
    at = found;
  }
}

TEST(ManualPage, shows_arguments_and_options_as_help_does) {
  testing::Program program;
  std::string page = manual_page(*program.tie, "1.2");
  EXPECT_THAT(page, HasSubstr(".SH NAME\nknots\\-tie \\- Tie a rope\n"));
  EXPECT_THAT(page, HasSubstr("\\fBknots tie\\fR [OPTIONS] ROPE\n"));
  EXPECT_THAT(page, HasSubstr(".TP\n\\fIROPE\\fR\nWhat to tie\n"));
  EXPECT_THAT(page,
              HasSubstr(".TP\n\\fB\\-t\\fR, \\fB\\-\\-turns\\fR \\fIN\\fR\nHow many turns\n"));
}

TEST(ManualPage, of_the_program_lists_its_commands) {
  testing::Program program;
  std::string page = manual_page(program.app, "1.2");
  EXPECT_THAT(page, HasSubstr(".SH COMMANDS\n.TP\n\\fBtie\\fR\nTie a rope\n"));
  EXPECT_THAT(page, HasSubstr(".BR knots\\-tie (1),\n.BR knots\\-cut (1)\n"));
}

TEST(ManualPage, takes_no_text_for_a_request) {
  testing::Program program;
  EXPECT_THAT(manual_page(program.app, "1.2"), HasSubstr(".PP\n\\&.So it says.\n"));
  EXPECT_THAT(manual_page(*program.tie, "1.2"), HasSubstr("C:\\erope isn\\(aqt one."));
}

TEST(ManualPage, lists_each_exit_status) {
  testing::Program program;
  EXPECT_THAT(manual_page(*program.tie, "1.2"),
              HasSubstr(".SH EXIT STATUS\n.TP\n\\fB0\\fR\ntied\n.TP\n\\fB1\\fR\nthe rope, or the "
                        "knot, broke\n.TP\n\\fB2\\fR\nusage\n"));
}

}  // namespace
}  // namespace bowline::cli
