#include "cli/completion.h"

#include "bowline/os/file_descriptor.h"
#include "tests/cli/program.h"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>

namespace bowline::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> lines_of_shell(const std::string& script) {
  char path[] = "/tmp/bowline-completion-XXXXXX";
  os::FileDescriptor file(::mkstemp(path));
  EXPECT_EQ(::write(file.get(), script.data(), script.size()), ssize_t(script.size()));
  std::FILE* shell = ::popen(("bash " + std::string(path) + " 2>&1").c_str(), "r");
  std::vector<std::string> lines;
  char line[1024];
  while (std::fgets(line, sizeof line, shell)) {
    lines.emplace_back(line);
    lines.back().pop_back();
  }
  EXPECT_EQ(::pclose(shell), 0);
  ::unlink(path);
  return lines;
}

// What bash offers for the last of `words`, which are cut as bash cuts them. compopt only works
// inside a completion, so it stands aside.
std::vector<std::string> offers(const std::string& words) {
  testing::Program program;
  std::string script = "set -eu\n" + bash_completion(program.app);
  script += "complete -p bowline >/dev/null\ncompopt() { :; }\n";
  script += "COMP_WORDS=(knots " + words + ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n";
  script +=
      "_bowline || true\nfor one in ${COMPREPLY[@]+\"${COMPREPLY[@]}\"}; do echo $one; done\n";
  return lines_of_shell(script);
}

TEST(BashCompletion, is_a_script_that_bash_can_read) {
  testing::Program program;
  EXPECT_THAT(bash_completion(program.app), HasSubstr("complete -F _bowline bowline"));
  EXPECT_THAT(lines_of_shell("set -n\n" + bash_completion(program.app)), IsEmpty());
}

TEST(BashCompletion, offers_commands) {
  EXPECT_THAT(offers("''"), UnorderedElementsAre("tie", "cut"));
  EXPECT_THAT(offers("t"), ElementsAre("tie"));
}

TEST(BashCompletion, offers_the_options_of_the_command) {
  EXPECT_THAT(offers("tie --"),
              UnorderedElementsAre("--knot", "--turns", "--color", "--chart", "--quiet", "--help"));
  EXPECT_THAT(offers("cut --"), ElementsAre("--help"));
  EXPECT_THAT(offers("tie hemp --tu"), ElementsAre("--turns"));
}

TEST(BashCompletion, offers_the_words_that_an_option_accepts) {
  EXPECT_THAT(offers("tie --knot ''"), UnorderedElementsAre("bowline", "reef"));
  EXPECT_THAT(offers("tie -k r"), ElementsAre("reef"));
  EXPECT_THAT(offers("tie --color = t"), ElementsAre("tan"));
  EXPECT_THAT(offers("tie --color ="), UnorderedElementsAre("red", "tan"));
}

TEST(BashCompletion, offers_nothing_for_a_value_that_is_free) {
  EXPECT_THAT(offers("tie --turns ''"), IsEmpty());
}

TEST(BashCompletion, offers_files_where_files_are_meant) {
  EXPECT_THAT(offers("tie --chart /etc/passw"), ::testing::Contains("/etc/passwd"));
}

}  // namespace
}  // namespace bowline::cli
