#include "cli/terminal.h"

#include "tests/cli/pseudo_terminal.h"

namespace bowline::cli {
namespace {

// Puts `file` in the place of standard input and output, and back.
class InPlaceOfStandardStreams {
 public:
  explicit InPlaceOfStandardStreams(std::FILE* file) {
    for (int number : {0, 1}) ::dup2(::fileno(file), number);
  }
  ~InPlaceOfStandardStreams() {
    ::dup2(input_.get(), 0);
    ::dup2(output_.get(), 1);
  }

 private:
  os::FileDescriptor input_{::dup(0)};
  os::FileDescriptor output_{::dup(1)};
};

bool is_terminal_with(std::FILE* file, const char* kind) {
  InPlaceOfStandardStreams replaced(file);
  ::setenv("TERM", kind, 1);
  return is_terminal();
}

TEST(Terminals, are_standard_streams_that_can_edit_lines) {
  testing::PseudoTerminal terminal;
  EXPECT_TRUE(is_terminal_with(terminal.device(), "xterm"));
}

TEST(Terminals, are_not_what_can_not_move_its_cursor) {
  testing::PseudoTerminal terminal;
  EXPECT_FALSE(is_terminal_with(terminal.device(), "dumb"));
  EXPECT_FALSE(is_terminal_with(terminal.device(), ""));
}

TEST(Terminals, are_not_files) {
  std::FILE* file = std::tmpfile();
  EXPECT_FALSE(is_terminal_with(file, "xterm"));
  std::fclose(file);
}

}  // namespace
}  // namespace bowline::cli
