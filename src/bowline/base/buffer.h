// A queue of bytes in one piece of memory: written at the end, read and consumed at the front. It
// holds `limit` bytes at most and no memory at all when empty, so an idle connection costs none.
#pragma once

#include "bowline/base/bytes.h"

#include <memory>

namespace bowline {

class Buffer {
 public:
  explicit Buffer(std::size_t limit) : limit_(limit) {}
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;

  std::size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }
  std::size_t limit() const { return limit_; }
  std::size_t room() const { return limit_ - size(); }
  // What was appended and not consumed. Valid until the next call that is not const.
  Bytes bytes() const { return {memory_.get() + begin_, size()}; }

  // Copies `bytes` to the end; false, and nothing is taken, when they would pass the limit.
  [[nodiscard]] bool append(Bytes bytes);
  // Room for at least one and at most `wish` bytes at the end, empty at the limit; `commit` then
  // says how many of them were filled.
  MutableBytes prepare(std::size_t wish);
  void commit(std::size_t count);
  // Forgets `count` bytes at the front; the memory goes when none are left.
  void consume(std::size_t count);

 private:
  void reserve(std::size_t more);

  std::unique_ptr<std::byte[]> memory_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t capacity_ = 0;
  std::size_t limit_;
};

}  // namespace bowline
