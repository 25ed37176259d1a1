#include "cli/line_editor.h"

#include "tests/cli/pseudo_terminal.h"

#include <gmock/gmock.h>

#include <cstring>

// Asked by LeakSanitizer: libtinfo keeps what it read of each terminal that libedit opens.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libtinfo\n";
}

namespace bowline::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Event = LineEditor::Event;

class LineEditors : public ::testing::Test {
 protected:
  LineEditors() { ::setenv("TERM", "xterm", 1); }

  Event type(std::string_view keys) {
    editor_.type(keys);
    return editor_.next_event();
  }
  // The line that typing `keys` and Enter makes.
  std::string line(std::string_view keys) {
    editor_.begin();
    EXPECT_EQ(type(keys), Event::none);
    EXPECT_EQ(type("\r"), Event::line);
    return editor_.line();
  }

  testing::PseudoTerminal terminal_;
  LineEditor editor_{terminal_.device(), terminal_.device(), "> "};
};

TEST_F(LineEditors, give_the_line_that_was_typed) {
  EXPECT_EQ(line("hello"), "hello");
  EXPECT_EQ(line(""), "");
  EXPECT_EQ(line("Grüße, 世界 🙂"), "Grüße, 世界 🙂");
}

TEST_F(LineEditors, edit_with_keys) {
  EXPECT_EQ(line("helo\x1b[Dl"), "hello");
  EXPECT_EQ(line("hellox\x7f"), "hello");
  EXPECT_EQ(line("world\x01hello \x05!"), "hello world!");
  EXPECT_EQ(line("nothing\x15hello"), "hello");
}

TEST_F(LineEditors, take_keys_in_pieces) {
  editor_.begin();
  for (const char* piece : {"helo", "\x1b", "[", "D", "l\xC3", "\xBC"}) {
    EXPECT_EQ(type(piece), Event::none);
  }
  EXPECT_EQ(type("\r"), Event::line);
  EXPECT_EQ(editor_.line(), "hellüo");
}

TEST_F(LineEditors, give_several_lines_that_were_typed_at_once) {
  editor_.begin();
  EXPECT_EQ(type("one\ntwo\nthr"), Event::line);
  EXPECT_EQ(editor_.line(), "one");
  editor_.begin();
  EXPECT_EQ(editor_.next_event(), Event::line);
  EXPECT_EQ(editor_.line(), "two");
  editor_.begin();
  EXPECT_EQ(editor_.next_event(), Event::none);
  EXPECT_EQ(type("ee\n"), Event::line);
  EXPECT_EQ(editor_.line(), "three");
}

TEST_F(LineEditors, remember_lines) {
  line("first");
  line("second");
  EXPECT_EQ(line("\x1b[A"), "second");
  EXPECT_EQ(line("\x1b[A\x1b[A"), "first");
  EXPECT_EQ(line("c\x12"), "second");
}

TEST_F(LineEditors, end_with_control_d_on_an_empty_line_only) {
  editor_.begin();
  EXPECT_EQ(type("ab\x01\x04"), Event::none);
  EXPECT_EQ(type("\r"), Event::line);
  EXPECT_EQ(editor_.line(), "b");
  editor_.begin();
  EXPECT_EQ(type("\x04"), Event::end);
}

TEST_F(LineEditors, have_the_terminal_only_while_a_line_is_edited) {
  termios before = terminal_.settings();
  EXPECT_FALSE(terminal_.is_raw());
  editor_.begin();
  EXPECT_TRUE(terminal_.is_raw());
  editor_.pause();
  EXPECT_FALSE(terminal_.is_raw());
  editor_.go_on();
  EXPECT_TRUE(terminal_.is_raw());
  editor_.leave();
  termios after = terminal_.settings();
  EXPECT_EQ(std::memcmp(&before, &after, sizeof before), 0);
}

TEST_F(LineEditors, keep_the_terminal_between_lines) {
  line("hello");
  EXPECT_TRUE(terminal_.is_raw());
}

TEST_F(LineEditors, take_the_line_off_the_screen_and_put_it_back) {
  editor_.begin();
  type("half typed");
  EXPECT_THAT(terminal_.screen(), EndsWith("> half typed"));
  editor_.hide();
  EXPECT_EQ(terminal_.screen(), "\r\x1b[J");
  editor_.show();
  EXPECT_EQ(terminal_.screen(), "> half typed");
}

TEST_F(LineEditors, find_the_prompt_of_a_line_that_takes_several_rows) {
  editor_.begin();
  type(std::string(100, 'x'));
  terminal_.screen();
  editor_.hide();
  EXPECT_THAT(terminal_.screen(), StartsWith("\x1b[1A\r"));
  type(std::string(100, 'x'));
  terminal_.screen();
  editor_.hide();
  EXPECT_THAT(terminal_.screen(), HasSubstr("\x1b[2A\r"));
}

TEST_F(LineEditors, show_wide_characters_and_controls_in_their_width) {
  editor_.begin();
  for (int column = 0; column < 80; column += 4) type("世界");
  terminal_.screen();
  editor_.hide();
  EXPECT_THAT(terminal_.screen(), StartsWith("\x1b[1A\r"));
}

}  // namespace
}  // namespace bowline::cli
