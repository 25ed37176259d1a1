// A piece of what arrived, in memory that the loop's pool lends: it goes back when the Chunk does,
// so keep what must last as a copy. An empty Chunk means the end of the stream.
#pragma once

#include "bowline/base/bytes.h"
#include "bowline/base/bytes_builder.h"

#include <cstdint>
#include <new>
#include <utility>

namespace bowline {

// What a message is, where there are messages: to WebSocket, text is UTF-8.
enum class MessageKind : std::uint8_t { none, text, binary };

class ChunkPool {
 public:
  virtual void give_back(std::byte* memory) = 0;

 protected:
  ~ChunkPool() = default;
};

class Chunk {
 public:
  static constexpr std::uint32_t size_max = (1u << 30) - 1;  // bytes

  Chunk() = default;
  Chunk(ChunkPool& pool, std::byte* memory, std::size_t size)
      : pool_(&pool), memory_(memory), size_(size & size_max) {}
  Chunk(Chunk&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)),
        memory_(other.memory_),
        begin_(other.begin_),
        size_(other.size_),
        kind_(other.kind_) {
    other.size_ = 0;
  }
  Chunk& operator=(Chunk&& other) noexcept {
    if (this == &other) return *this;
    this->~Chunk();
    return *new (this) Chunk(std::move(other));
  }
  ~Chunk() {
    if (pool_) pool_->give_back(memory_);
  }

  // A chunk of `size` bytes (size_max at most) to be filled, or with a copy of `bytes`, in memory
  // of its own; or with what was built, which is not copied. Of none it is an empty one.
  static Chunk make(std::size_t size);
  static Chunk copy(Bytes bytes);
  static Chunk of(BytesBuilder&& bytes);

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
    size_ = (size_ - count) & size_max;
  }
  // What it is as a message, for who sends and receives those.
  MessageKind kind() const { return static_cast<MessageKind>(kind_); }
  void set_kind(MessageKind kind) { kind_ = static_cast<unsigned>(kind) & 3; }

 private:
  ChunkPool* pool_ = nullptr;
  std::byte* memory_ = nullptr;
  std::uint32_t begin_ = 0;  // what was consumed
  std::uint32_t size_ : 30 = 0;
  std::uint32_t kind_ : 2 = 0;
};

}  // namespace bowline
