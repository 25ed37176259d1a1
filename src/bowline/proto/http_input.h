// What came and is not used yet: read in place where it lies, copied only when the lender wants it
// back before the end of a head is there. Empty, it holds no memory.
#pragma once

#include "bowline/base/bytes.h"
#include "bowline/base/check.h"

#include <string>

namespace bowline {

class HttpInput {
 public:
  // Lent until `keep` is called or all is consumed.
  void receive(Bytes bytes) {
    if (held_.empty()) {
      BOWLINE_CHECK(lent_.empty());
      lent_ = bytes;
    } else {
      held_.erase(0, begin_);
      begin_ = 0;
      held_ += bytes.text();
    }
  }
  Bytes bytes() const { return held_.empty() ? lent_ : Bytes(held_).after(begin_); }
  bool empty() const { return bytes().empty(); }

  // Valid as long as `bytes` were: consuming frees nothing before the next `receive` or `keep`.
  void consume(std::size_t count) {
    if (held_.empty()) {
      lent_ = lent_.after(count);
    } else {
      begin_ += count;
    }
  }
  // Copies what is lent, so that it can be given back.
  void keep() {
    if (held_.empty()) {
      held_ = lent_.text();
      lent_ = {};
    } else if (begin_ == held_.size()) {
      held_ = std::string();
      begin_ = 0;
    }
  }
  void clear() { *this = {}; }

 private:
  Bytes lent_;
  std::string held_;
  std::size_t begin_ = 0;
};

}  // namespace bowline
