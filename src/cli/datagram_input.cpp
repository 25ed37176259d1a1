#include "cli/datagram_input.h"

#include "bowline/base/check.h"

#include <algorithm>
#include <utility>

namespace bowline::cli {

// How many of the kept bytes are the next datagram; 0: that is not known yet.
std::size_t DatagramInput::whole() const {
  std::string_view text = kept_.bytes().text();
  std::size_t end = text.substr(0, size_max).find('\n');
  if (end != std::string_view::npos) return end + 1;
  return ended_ || text.size() >= size_max ? std::min(text.size(), size_max) : 0;
}

Task<Bytes> DatagramInput::next() {
  kept_.consume(std::exchange(lent_, 0));
  for (;;) {
    lent_ = whole();
    if (lent_ > 0 || ended_) co_return kept_.bytes().first(lent_);
    Bytes more = co_await from_.next();
    ended_ = more.empty();
    BOWLINE_CHECK(kept_.append(more));
  }
}

}  // namespace bowline::cli
