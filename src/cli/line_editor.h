// A line that is edited on a terminal, with history, driven from outside: whoever owns it reads the
// keys and hands them in, so that nothing blocks and other text can be shown above the line.
#pragma once

#include "bowline/base/bytes.h"

#include <termios.h>

#include <cstdio>
#include <optional>
#include <string>

// libedit's, which stays in the .cpp file.
struct editline;
struct history;

namespace bowline::cli {

class LineEditor {
 public:
  enum class Event { none, line, end };

  // `in` and `out` are a terminal; its settings are those of now whenever no line is edited.
  LineEditor(std::FILE* in, std::FILE* out, std::string prompt);
  LineEditor(const LineEditor&) = delete;
  ~LineEditor();

  // Begins an empty line behind the prompt, and takes the terminal over.
  void begin();
  // Gives the terminal back. The line stays where it is on the screen.
  void leave();

  // Takes what was typed; next_event() then works through it, until nothing more comes of it.
  void type(Bytes typed) { typed_ += typed.text(); }
  // A line was ended (see line(); then begin() the next), Ctrl-D on an empty line, or neither yet.
  Event next_event();
  // The line without its end, UTF-8. It is in the history now.
  const std::string& line() const { return line_; }

  // Takes prompt and line off the screen; the cursor is where the prompt began.
  void hide();
  // Puts them back, from where the cursor is.
  void show();
  // Gives the terminal back for a while; the line is kept, and go_on() goes on with it.
  void pause();
  void go_on();
  // The terminal has another size.
  void resized();

  // Called by libedit.
  int next_character(wchar_t* character);
  const char* prompt() const { return prompt_.c_str(); }

 private:
  Event event_of(const char* text, int size);
  std::size_t cursor_row() const;

  ::editline* edit_ = nullptr;
  ::history* history_ = nullptr;
  std::FILE* in_;
  std::FILE* out_;
  std::string prompt_;
  std::string typed_;
  std::string line_;
  termios settings_{};
  bool active_ = false;
};

}  // namespace bowline::cli
