// Checks that text which comes in pieces is UTF-8 (RFC 3629), wherever it is cut. The first byte
// that can't belong to it is found at once, not when the character or the text ends.
#pragma once

#include "bowline/base/bytes.h"

#include <array>

namespace bowline {

class Utf8Validator {
 public:
  // Takes the next piece; false, now and from then on, at the first byte that can't be UTF-8.
  bool accept(Bytes piece);
  // All that came is whole characters: the text may end here.
  bool complete() const { return valid_ && count_ == 0; }

 private:
  bool finish_character(Bytes& piece);

  std::array<char, 4> begun_{};  // of a character that the last piece ended in
  unsigned char count_ = 0;
  bool valid_ = true;
};

}  // namespace bowline
