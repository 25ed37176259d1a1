// Bytes that grow at the end and are given away whole: output on its way to a socket, a message
// that comes in parts. One pointer, to nothing until something is put in; growing costs linear time
// in all.
#pragma once

#include "bowline/base/bytes.h"

#include <cstdlib>
#include <cstring>
#include <memory>

namespace bowline {

class BytesBuilder {
 public:
  std::size_t size() const { return block_ ? block_->size : 0; }
  bool empty() const { return size() == 0; }
  std::size_t capacity() const { return block_ ? block_->capacity : 0; }
  // What was put in. Valid until more is, or the buffer goes.
  Bytes bytes() const { return {block_ ? block_->bytes() : nullptr, size()}; }
  std::byte* data() { return block_ ? block_->bytes() : nullptr; }

  // `count` more bytes at the end, to be filled by the caller.
  std::byte* extend(std::size_t count) {
    if (!block_ || count > block_->capacity - block_->size) grow(count);
    std::byte* end = block_->bytes() + block_->size;
    block_->size += count;
    return end;
  }
  void append(Bytes bytes) {
    if (!bytes.empty()) std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
  }
  // Room for `count` more without growing again.
  void reserve(std::size_t count) {
    if (count > capacity() - size()) grow(count);
  }
  // Only the first `size` bytes stay, the memory too; `clear` keeps the memory, `release` does not.
  void shrink(std::size_t size) {
    if (block_) block_->size = size;
  }
  void clear() { shrink(0); }
  void release() { block_.reset(); }
  // Gives the bytes away, and is empty: whoever takes them ends them with free().
  std::byte* detach() { return block_ ? block_.release()->bytes() : nullptr; }
  static void free(std::byte* detached) { Free()(reinterpret_cast<Block*>(detached) - 1); }

 private:
  // In front of the bytes themselves.
  struct Block {
    std::size_t size;
    std::size_t capacity;
    std::byte* bytes() { return reinterpret_cast<std::byte*>(this + 1); }
  };
  struct Free {
    void operator()(Block* block) const { std::free(block); }
  };

  void grow(std::size_t count);

  std::unique_ptr<Block, Free> block_;
};

}  // namespace bowline
