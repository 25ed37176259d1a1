// A piece of what arrived, in memory that the loop's pool lends: it goes back when the Chunk does,
// so keep what must last as a copy. An empty Chunk means the end of the stream.
#pragma once

#include "bowline/base/bytes.h"

#include <cstdint>
#include <utility>

namespace bowline {

class ChunkPool {
 public:
  virtual void give_back(std::byte* memory) = 0;

 protected:
  ~ChunkPool() = default;
};

class Chunk {
 public:
  Chunk() = default;
  Chunk(ChunkPool& pool, std::byte* memory, std::size_t size)
      : pool_(&pool), memory_(memory), size_(static_cast<std::uint32_t>(size)) {}
  Chunk(Chunk&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)),
        memory_(other.memory_),
        begin_(other.begin_),
        size_(std::exchange(other.size_, 0)) {}
  Chunk& operator=(Chunk&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(memory_, other.memory_);
    std::swap(begin_, other.begin_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Chunk() {
    if (pool_) pool_->give_back(memory_);
  }

  // A chunk of `size` bytes (at least one) to be filled, or with a copy of `bytes`, in memory of
  // its own.
  static Chunk make(std::size_t size);
  static Chunk copy(Bytes bytes);

  // Gives the memory up: whoever takes it returns it to the pool. The chunk must be unread.
  std::pair<ChunkPool*, std::byte*> release() { return {std::exchange(pool_, nullptr), memory_}; }

  explicit operator bool() const { return size_ != 0; }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  Bytes bytes() const { return {memory_ + begin_, size_}; }
  operator Bytes() const { return bytes(); }
  std::string_view text() const { return bytes().text(); }
  // The bytes may be changed in place: nobody else reads them.
  MutableBytes writable() { return {memory_ + begin_, size_}; }
  // Takes `count` bytes off the front.
  void consume(std::size_t count) {
    begin_ += static_cast<std::uint32_t>(count);
    size_ -= static_cast<std::uint32_t>(count);
  }

 private:
  ChunkPool* pool_ = nullptr;
  std::byte* memory_ = nullptr;
  std::uint32_t begin_ = 0;  // what was consumed
  std::uint32_t size_ = 0;   // a piece is far below 4 GiB
};

}  // namespace bowline
