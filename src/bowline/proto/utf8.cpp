#include "bowline/proto/utf8.h"

#include <algorithm>

namespace bowline {

bool Utf8Validator::accept(Bytes piece) {
  if (!valid_ || (count_ > 0 && !finish_character(piece))) return valid_;
  std::string_view text = piece.text();
  text.remove_prefix(whole_utf8(text, valid_));
  if (valid_ && !text.empty()) {
    count_ = static_cast<unsigned char>(text.copy(begun_.data(), begun_.size()));
  }
  return valid_;
}

// Takes bytes off `piece` until the character that was begun is whole; false when that did not
// happen.
bool Utf8Validator::finish_character(Bytes& piece) {
  while (!piece.empty()) {
    begun_[count_++] = static_cast<char>(piece[0]);
    piece = piece.after(1);
    bool is_whole = whole_utf8({begun_.data(), count_}, valid_) > 0;
    if (is_whole) count_ = 0;
    if (is_whole || !valid_) return is_whole;
  }
  return false;
}

}  // namespace bowline
