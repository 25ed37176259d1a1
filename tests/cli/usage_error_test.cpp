#include "cli/usage_error.h"

#include "tests/cli/program.h"

#include <gtest/gtest.h>

namespace bowline::cli {
namespace {

// What is said of the command line `knots ARGUMENTS`; empty when nothing is wrong.
std::string complaint(const std::string& arguments) {
  testing::Program program;
  program.app.require_subcommand(0, 1);
  try {
    program.app.parse(arguments);
    return {};
  } catch (const CLI::ParseError& error) {
    return usage_error(program.app, error);
  }
}

TEST(UsageError, is_none_when_all_is_well) {
  EXPECT_EQ(complaint("tie --turns 2 hemp"), "");
}

TEST(UsageError, of_an_unknown_option_suggests_the_nearest) {
  EXPECT_EQ(complaint("tie --trns 3 hemp"), "unknown option --trns: did you mean --turns?");
  EXPECT_EQ(complaint("tie --trns=3 hemp"), "unknown option --trns: did you mean --turns?");
  EXPECT_EQ(complaint("--versoin"), "unknown option --versoin: see knots --help");
}

TEST(UsageError, tells_of_the_unknown_option_before_what_is_missing) {
  EXPECT_EQ(complaint("tie --quite"), "unknown option --quite: did you mean --quiet?");
}

TEST(UsageError, without_a_suggestion_points_to_the_help) {
  EXPECT_EQ(complaint("tie hemp --frobnicate"),
            "unknown option --frobnicate: see knots tie --help");
  EXPECT_EQ(complaint("tie hemp -z"), "unknown option -z: see knots tie --help");
}

TEST(UsageError, of_an_unknown_command_suggests_the_nearest) {
  EXPECT_EQ(complaint("tei hemp"), "unknown command tei: did you mean tie?");
  EXPECT_EQ(complaint("splice hemp"), "unknown command splice: see knots --help");
}

TEST(UsageError, says_which_argument_is_missing_or_too_much) {
  EXPECT_EQ(complaint("tie"), "ROPE is missing: knots tie [OPTIONS] ROPE");
  EXPECT_EQ(complaint("tie hemp nylon"), "unexpected argument nylon: see knots tie --help");
}

TEST(UsageError, names_the_option_and_what_it_accepts) {
  EXPECT_EQ(complaint("tie hemp --knot granny"), "--knot: no 'granny'; there are: bowline, reef");
  EXPECT_EQ(complaint("tie hemp --knot reff"),
            "--knot: no 'reff' (did you mean reef?); there are: bowline, reef");
  EXPECT_EQ(complaint("tie hemp --color blue"), "--color: no 'blue'; there are: red, tan");
  EXPECT_EQ(complaint("tie hemp --turns 12"), "--turns: value 12 not in range 1 to 9");
  EXPECT_EQ(complaint("tie hemp --turns many"), "--turns: value many not in range 1 to 9");
}

TEST(UsageError, says_when_a_value_is_missing_or_given_twice) {
  EXPECT_EQ(complaint("tie hemp --turns"), "--turns needs a value: --turns N");
  EXPECT_EQ(complaint("tie hemp --turns 1 --turns 2"), "--turns may be given once");
}

TEST(UsageError, has_a_line_for_each_mistake_of_a_file) {
  testing::Program program;
  EXPECT_EQ(usage_error(program.app, CLI::ConfigError("a:1:1: no\na:2:1: no")),
            "a:1:1: no\nerror: a:2:1: no");
}

}  // namespace
}  // namespace bowline::cli
