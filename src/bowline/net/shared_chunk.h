// A Chunk that is given on in parts: it goes back to its pool when the last part has, and its owner
// has let go of it.
#pragma once

#include "bowline/backend/chunk.h"
#include "bowline/base/check.h"
#include "bowline/task/frame_pool.h"

namespace bowline {

class SharedChunk final : public ChunkPool {
 public:
  static SharedChunk* make(Chunk chunk) { return new SharedChunk(std::move(chunk)); }

  MutableBytes bytes() { return chunk_.writable(); }
  bool has(const std::byte* data) const {
    Bytes all = chunk_.bytes();
    return data >= all.data() && data < all.data() + all.size();
  }
  // The part that was given out last, by its begin: what is before it has been used.
  void note_given(const std::byte* data) { given_ = data; }
  const std::byte* given() const { return given_; }
  // One more holds part of it, until give_back() with whatever memory.
  void hold() { ++holders_; }
  void give_back(std::byte*) override {
    if (--holders_ == 0) delete this;
  }

  static void* operator new(std::size_t size) { return take_frame(size); }
  static void operator delete(void* memory, std::size_t size) { give_back_frame(memory, size); }

 private:
  explicit SharedChunk(Chunk chunk) : chunk_(std::move(chunk)) {}

  Chunk chunk_;
  const std::byte* given_ = nullptr;
  int holders_ = 1;  // the owner
};

}  // namespace bowline
