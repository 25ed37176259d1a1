#include "cli/option_text.h"

#include "cli/serve.h"
#include "tests/cli/program.h"

#include <gmock/gmock.h>

namespace bowline::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

OptionText option(const std::vector<OptionText>& texts, const std::string& name) {
  for (const OptionText& text : texts) {
    if (text.names.back() == name) return text;
  }
  ADD_FAILURE() << "no " << name;
  return {};
}

TEST(OptionTexts, have_all_names_and_what_follows_them) {
  testing::Program program;
  std::vector<OptionText> texts = options_of(*program.tie);
  EXPECT_THAT(option(texts, "--turns").names, ElementsAre("-t", "--turns"));
  EXPECT_EQ(option(texts, "--turns").joined_names(), "-t, --turns");
  EXPECT_EQ(option(texts, "--turns").value, "N");
  EXPECT_EQ(option(texts, "--chart").value, "FILE");
  EXPECT_EQ(option(texts, "--quiet").value, "");
  EXPECT_EQ(option(texts, "--quiet").description, "Say nothing");
}

TEST(OptionTexts, list_the_words_that_are_accepted) {
  testing::Program program;
  std::vector<OptionText> texts = options_of(*program.tie);
  EXPECT_THAT(option(texts, "--knot").words, ElementsAre("bowline", "reef"));
  EXPECT_EQ(option(texts, "--knot").value, "bowline|reef");
  EXPECT_THAT(option(texts, "--color").words, ElementsAre("red", "tan"));
  EXPECT_THAT(option(texts, "--turns").words, IsEmpty());
}

TEST(OptionTexts, end_with_help) {
  testing::Program program;
  EXPECT_EQ(options_of(*program.tie).back().names.back(), "--help");
}

TEST(OptionTexts, know_the_services) {
  CLI::App app("", "bowline");
  int exit_code = 0;
  define_serve(app, exit_code);
  std::vector<OptionText> texts = arguments_of(*app.get_subcommand("serve"));
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_THAT(texts[0].words, ::testing::Contains("echo"));
}

TEST(ArgumentTexts, are_named_in_capitals) {
  testing::Program program;
  ASSERT_EQ(arguments_of(*program.tie).size(), 1u);
  EXPECT_EQ(arguments_of(*program.tie)[0].names[0], "ROPE");
  EXPECT_TRUE(arguments_of(*program.tie)[0].required);
  EXPECT_FALSE(arguments_of(*program.tie)[0].repeats);
  EXPECT_TRUE(arguments_of(*program.cut)[0].repeats);
}

TEST(CommandTexts, say_how_to_call_it) {
  testing::Program program;
  EXPECT_EQ(full_name(*program.tie), "knots tie");
  EXPECT_EQ(synopsis(*program.tie), "[OPTIONS] ROPE");
  EXPECT_EQ(synopsis(*program.cut), "[OPTIONS] [ROPES...]");
  EXPECT_EQ(synopsis(program.app), "[OPTIONS] COMMAND");
}

TEST(CommandTexts, begin_with_a_summary) {
  testing::Program program;
  EXPECT_EQ(summary_of(program.app), "Ties knots");
  EXPECT_EQ(details_of(program.app), "Each knot\nis tied once.\n\n.So it says.");
  EXPECT_EQ(summary_of(*program.cut), "Cut ropes");
  EXPECT_EQ(details_of(*program.cut), "");
}

TEST(Sections, are_headings_with_lines_and_paragraphs_without) {
  testing::Program program;
  std::vector<Section> sections = sections_of(program.tie->get_footer());
  ASSERT_EQ(sections.size(), 4u);
  EXPECT_EQ(sections[0].heading, "rope kinds");
  EXPECT_THAT(sections[0].lines, ElementsAre("  hemp   old", "  nylon  new"));
  EXPECT_EQ(sections[1].heading, "examples");
  EXPECT_EQ(sections[2].heading, "");
  EXPECT_THAT(sections[2].lines, ElementsAre("It can't be undone."));
  EXPECT_EQ(sections[3].heading, "exit status");
  EXPECT_THAT(sections[3].lines, ElementsAre("0 tied, 1 the rope, or the knot, broke, 2 usage"));
  EXPECT_THAT(sections_of(""), IsEmpty());
}

}  // namespace
}  // namespace bowline::cli
