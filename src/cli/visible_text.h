// Text from a stranger made safe for a terminal: what would move the cursor, change colours or make
// the terminal answer is shown as \xNN instead. Characters may come cut in pieces.
#pragma once

#include "bowline/base/bytes.h"

#include <string>

namespace bowline::cli {

class VisibleText {
 public:
  // What can be shown of `piece`, which comes after those before it. An incomplete character at its
  // end waits for the next piece. "\r\n" becomes "\n".
  std::string take(Bytes piece);
  // Nothing follows for a while: what waits is shown as it is.
  std::string settle();

 private:
  std::string waiting_;  // fewer than four bytes, or a "\r" that "\n" may follow
};

}  // namespace bowline::cli
