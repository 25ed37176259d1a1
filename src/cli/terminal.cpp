#include "cli/terminal.h"

#include "bowline/net/ready.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace bowline::cli {
namespace {

// All of it, also when another program has made the terminal non-blocking.
void write_to_terminal(std::string_view text) {
  while (!text.empty()) {
    ssize_t count = ::write(STDOUT_FILENO, text.data(), text.size());
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
    if (count < 0 && errno == EAGAIN) {
      pollfd state{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&state, 1, -1);
    } else if (count < 0 && errno != EINTR) {
      return;
    }
  }
}

}  // namespace

bool is_terminal() {
  const char* kind = std::getenv("TERM");
  bool can_edit = kind && *kind && std::string_view(kind) != "dumb";
  return can_edit && ::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO);
}

Terminal::Terminal(Network network, std::string prompt)
    : network_(network), editor_(stdin, stdout, std::move(prompt)) {}

Terminal::~Terminal() {
  if (editing_ && !mid_line_) editor_.hide();
  if (mid_line_) write_to_terminal("\n");
}

Task<Bytes> Terminal::next() {
  end_shown_line();
  editor_.begin();
  editing_ = true;
  LineEditor::Event event = editor_.next_event();
  while (event == LineEditor::Event::none && !hung_up_) {
    co_await readable(network_, STDIN_FILENO);
    end_shown_line();
    read_keys();
    event = editor_.next_event();
  }
  editing_ = false;
  if (event == LineEditor::Event::line) {
    line_ = editor_.line() + "\n";
    co_return Bytes(line_);
  }
  editor_.hide();
  editor_.leave();
  co_return Bytes();
}

void Terminal::read_keys() {
  std::array<char, 1024> typed;
  ssize_t count = ::read(STDIN_FILENO, typed.data(), typed.size());
  if (count > 0) editor_.type(Bytes(typed.data(), static_cast<std::size_t>(count)));
  hung_up_ = count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN);
}

Task<bool> Terminal::show(Bytes piece) {
  print(visible_.take(piece));
  co_return true;
}

Task<> Terminal::settle() {
  print(visible_.settle());
  if (editing_) end_shown_line();
  co_return;
}

void Terminal::tell(std::string_view line) {
  end_shown_line();
  print(std::string(line) + "\n");
}

void Terminal::print(std::string_view text) {
  if (text.empty()) return;
  if (editing_ && !mid_line_) editor_.hide();
  write_to_terminal(text);
  mid_line_ = text.back() != '\n';
  if (editing_ && !mid_line_) editor_.show();
}

// The line that is edited comes back below what was shown.
void Terminal::end_shown_line() {
  if (!mid_line_) return;
  mid_line_ = false;
  write_to_terminal("\n");
  if (editing_) editor_.show();
}

void Terminal::suspend() {
  if (editing_ && !mid_line_) editor_.hide();
  editor_.pause();
  ::raise(SIGSTOP);
}

// Terminals wrap what they show anew, so the edited line is put on the screen anew.
void Terminal::resized() {
  bool shown = editing_ && !mid_line_;
  if (shown) editor_.hide();
  editor_.resized();
  if (shown) editor_.show();
}

void Terminal::go_on() {
  editor_.go_on();
  if (editing_ && !mid_line_) editor_.show();
}

}  // namespace bowline::cli
