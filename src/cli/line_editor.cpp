#include "cli/line_editor.h"

#include "cli/key_size.h"

#include <histedit.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>

namespace bowline::cli {
namespace {

constexpr int history_size_max = 500;
constexpr char end_of_input = '\x04';
constexpr std::size_t columns_default = 80;

LineEditor& editor_of(EditLine* edit) {
  void* editor = nullptr;
  ::el_get(edit, EL_CLIENTDATA, &editor);
  return *static_cast<LineEditor*>(editor);
}

int read_character(EditLine* edit, wchar_t* character) {
  return editor_of(edit).next_character(character);
}

char* prompt_of(EditLine* edit) {
  return const_cast<char*>(editor_of(edit).prompt());
}

// Terminals speak UTF-8 also where the environment names no locale.
void use_utf8() {
  if (!std::setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
}

// How libedit shows it: "^X" for a control.
std::size_t width_of(wchar_t character) {
  int width = ::wcwidth(character);
  return width < 0 ? 2 : static_cast<std::size_t>(width);
}

}  // namespace

LineEditor::LineEditor(std::FILE* in, std::FILE* out, std::string prompt)
    : in_(in), out_(out), prompt_(std::move(prompt)) {
  use_utf8();
  ::tcgetattr(::fileno(in), &settings_);
  edit_ = ::el_init("bowline", in, out, stderr);
  ::el_set(edit_, EL_CLIENTDATA, this);
  ::el_set(edit_, EL_EDITOR, "emacs");
  ::el_set(edit_, EL_PROMPT, prompt_of);
  ::el_wset(edit_, EL_GETCFN, read_character);
  // The search by ^R reads keys on its own, which would hold everything else up. These find
  // the lines before and after that contain what is typed.
  ::el_set(edit_, EL_BIND, "^R", "ed-search-prev-history", nullptr);
  ::el_set(edit_, EL_BIND, "^S", "ed-search-next-history", nullptr);
  history_ = ::history_init();
  HistEvent event;
  ::history(history_, &event, H_SETSIZE, history_size_max);
  ::history(history_, &event, H_SETUNIQUE, 1);
  ::el_set(edit_, EL_HIST, ::history, history_);
}

LineEditor::~LineEditor() {
  leave();
  ::history_end(history_);
  ::el_end(edit_);
  ::tcsetattr(::fileno(in_), TCSADRAIN, &settings_);
}

void LineEditor::begin() {
  active_ = true;
  ::el_set(edit_, EL_UNBUFFERED, 1);
}

void LineEditor::leave() {
  if (!active_) return;
  active_ = false;
  ::el_set(edit_, EL_UNBUFFERED, 0);
  ::el_set(edit_, EL_PREP_TERM, 0);
  ::tcsetattr(::fileno(in_), TCSADRAIN, &settings_);
}

LineEditor::Event LineEditor::next_event() {
  while (active_ && key_size(typed_) > 0) {
    std::size_t before = typed_.size();
    int size = 0;
    const char* text = ::el_gets(edit_, &size);
    Event event = event_of(text, size);
    if (event != Event::none) return event;
    if (typed_.size() == before) typed_.erase(0, key_size(typed_));  // nothing it understands
  }
  return Event::none;
}

LineEditor::Event LineEditor::event_of(const char* text, int size) {
  if (!text || size <= 0) return Event::none;
  char last = text[size - 1];
  if (size == 1 && last == end_of_input) return Event::end;
  if (last != '\n' && last != '\r') return Event::none;
  line_.assign(text, static_cast<std::size_t>(size - 1));
  HistEvent event;
  if (!line_.empty()) ::history(history_, &event, H_ENTER, line_.c_str());
  ::el_set(edit_, EL_UNBUFFERED, 0);
  // Until the next line begins, what is typed is not for the screen.
  ::el_set(edit_, EL_PREP_TERM, 1);
  return Event::line;
}

int LineEditor::next_character(wchar_t* character) {
  mbstate_t state{};
  while (!typed_.empty()) {
    std::size_t size = ::mbrtowc(character, typed_.data(), typed_.size(), &state);
    bool valid = size != static_cast<std::size_t>(-1) && size != static_cast<std::size_t>(-2);
    typed_.erase(0, valid ? std::max<std::size_t>(size, 1) : 1);
    if (valid) return 1;
    state = mbstate_t{};
  }
  // Only in the middle of a command that takes several keys and reads them at once.
  char byte = 0;
  if (::read(::fileno(in_), &byte, 1) != 1) return 0;
  typed_ += byte;
  return next_character(character);
}

std::size_t LineEditor::cursor_row() const {
  const LineInfoW* line = ::el_wline(edit_);
  std::size_t width = 0;
  for (char c : prompt_) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  for (const wchar_t* at = line->buffer; at < line->cursor; ++at) width += width_of(*at);
  winsize size{};
  bool known = ::ioctl(::fileno(out_), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return width / (known ? size.ws_col : columns_default);
}

void LineEditor::hide() {
  if (!active_) return;
  // To the prompt's row, to its beginning, and clear from there on (ECMA-48 CUU, ED).
  if (std::size_t row = cursor_row()) std::fprintf(out_, "\x1b[%zuA", row);
  std::fputs("\r\x1b[J", out_);
  std::fflush(out_);
}

void LineEditor::show() {
  if (active_) ::el_set(edit_, EL_REFRESH);
}

void LineEditor::pause() {
  if (!active_) return;
  ::el_set(edit_, EL_PREP_TERM, 0);
  ::tcsetattr(::fileno(in_), TCSADRAIN, &settings_);
}

void LineEditor::go_on() {
  if (!active_) return;
  // Also when libedit was not told that others had the terminal.
  ::el_set(edit_, EL_PREP_TERM, 0);
  ::el_set(edit_, EL_PREP_TERM, 1);
}

void LineEditor::resized() {
  if (active_) ::el_resize(edit_);
}

}  // namespace bowline::cli
