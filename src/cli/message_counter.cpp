#include "cli/message_counter.h"

namespace bowline::cli {

std::size_t MessageCounter::take(Bytes piece) {
  std::string_view text = piece.text();
  std::size_t begin = 0;
  while (!done() && begin < text.size()) {
    std::size_t end = text.find('\n', begin);
    unfinished_ = end == std::string_view::npos;
    if (unfinished_) return text.size();
    begin = end + 1;
    ++count_;
  }
  return begin;
}

void MessageCounter::settle() {
  if (unfinished_) ++count_;
  unfinished_ = false;
}

}  // namespace bowline::cli
