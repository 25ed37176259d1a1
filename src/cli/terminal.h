// A terminal as both ends of a conversation: lines are edited below while what comes is shown above
// them, never in between. What comes is text to be read: controls in it are shown, not obeyed.
#pragma once

#include "bowline/net/network.h"
#include "cli/conversation.h"
#include "cli/line_editor.h"
#include "cli/visible_text.h"

#include <string>

namespace bowline::cli {

// Standard input and output are a terminal that can edit lines.
bool is_terminal();

class Terminal final : public Input, public Output {
 public:
  Terminal(Network network, std::string prompt);
  // The terminal is as it was; a line that was not ended is off the screen.
  ~Terminal() override;

  // A line with its "\n"; empty after Ctrl-D.
  Task<Bytes> next() override;
  Task<bool> show(Bytes piece) override;
  Task<> settle() override;

  // Shows a line of the program's own.
  void tell(std::string_view line);

  // Stops this process as Ctrl-Z does, with the terminal as it was.
  void suspend();
  // After that, or when others stopped it.
  void go_on();
  // The terminal has another size.
  void resized();

 private:
  void read_keys();
  void print(std::string_view text);
  void end_shown_line();

  Network network_;
  LineEditor editor_;
  VisibleText visible_;
  std::string line_;
  bool editing_ = false;
  bool mid_line_ = false;  // what was shown last did not end its line; the edited line is hidden
  bool hung_up_ = false;
};

}  // namespace bowline::cli
