// A Chunk that is given on in parts: it goes back to its pool when the last part has, and its owner
// has let go of it.
#pragma once

#include "bowline/backend/chunk.h"
#include "bowline/backend/op.h"
#include "bowline/base/check.h"
#include "bowline/task/frame_pool.h"

namespace bowline {

class SharedChunk final : public ChunkPool {
 public:
  static SharedChunk* make(Chunk&& chunk) { return new SharedChunk(std::move(chunk)); }

  MutableBytes bytes() { return chunk_.writable(); }
  bool has(const std::byte* data) const {
    Bytes all = chunk_.bytes();
    return data >= all.data() && data < all.data() + all.size();
  }
  // One more holds part of it, until give_back() with whatever memory.
  void hold() { ++holders_; }
  void give_back(std::byte*) override {
    if (--holders_ == 0) delete this;
  }

  // The message that was found last. It lies in here, or came in parts; `kind` is none once it was
  // given out, and then all that is before it has been used.
  struct Found {
    Bytes bytes;
    MessageKind kind = MessageKind::none;
  };
  Found found;

  static void* operator new(std::size_t size) { return take_frame(size); }
  static void operator delete(void* memory, std::size_t size) { give_back_frame(memory, size); }

 private:
  explicit SharedChunk(Chunk&& chunk) : chunk_(std::move(chunk)) {}

  Chunk chunk_;
  int holders_ = 1;  // the owner
};

}  // namespace bowline
