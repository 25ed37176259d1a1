#include "cli/line_input.h"

#include <algorithm>

namespace bowline::cli {

LineInput::LineInput(Input& input, Output& output, std::string prompt, std::size_t size_max)
    : input_(input), output_(output), prompt_(std::move(prompt)), size_max_(size_max) {}

// Adds what belongs to the line; true when it is whole.
bool LineInput::take(Bytes bytes) {
  std::string_view text = bytes.text();
  std::size_t end = text.find('\n');
  bool whole = end != std::string_view::npos;
  std::size_t size = whole ? end : text.size();
  line_ += text.substr(0, std::min(size, size_max_ - line_.size()));
  if (whole) line_ += '\n';
  rest_ = bytes.after(whole ? size + 1 : size);
  return whole;
}

Task<Bytes> LineInput::next() {
  line_.clear();
  bool shown = co_await output_.show(prompt_);
  bool whole = take(rest_);
  while (!whole && !ended_) {
    Bytes piece = co_await input_.next();
    ended_ = piece.empty();
    if (!ended_) whole = take(piece);
  }
  if (line_.empty() && shown && !prompt_.empty()) {
    // The prompt got no answer; what follows has a line of its own.
    bool moved_on = co_await output_.show("\n");
    static_cast<void>(moved_on);
  }
  co_return Bytes(line_);
}

}  // namespace bowline::cli
