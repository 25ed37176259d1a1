// Counts the messages in what comes from a stream, which has no messages of its own: each line is
// one, and so is text without a line's end that nothing follows for a while.
#pragma once

#include "bowline/base/bytes.h"

#include <cstddef>
#include <cstdint>

namespace bowline::cli {

class MessageCounter {
 public:
  // `limit` messages are wanted; 0 means all there will ever be.
  explicit MessageCounter(std::uint64_t limit) : limit_(limit) {}

  // How many bytes at the front of `piece`, which came next, still belong to the wanted messages.
  std::size_t take(Bytes piece);
  // The pause after a piece, or the end of the stream: an unfinished message ends here.
  void settle();

  bool done() const { return limit_ != 0 && count_ >= limit_; }
  std::uint64_t count() const { return count_; }
  // A message has begun and not ended.
  bool unfinished() const { return unfinished_; }

 private:
  std::uint64_t limit_;
  std::uint64_t count_ = 0;
  bool unfinished_ = false;
};

}  // namespace bowline::cli
