// Bytes that grow at the end and are given away whole: output on its way to a socket, a message
// that comes in parts. Made of nothing until something is put in; growing costs linear time in all.
#pragma once

#include "bowline/base/bytes.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

namespace bowline {

class BytesBuilder {
 public:
  BytesBuilder() = default;
  BytesBuilder(BytesBuilder&& other) noexcept
      : memory_(std::move(other.memory_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  BytesBuilder& operator=(BytesBuilder&& other) noexcept {
    memory_ = std::move(other.memory_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t capacity() const { return capacity_; }
  // What was put in. Valid until more is, or the buffer goes.
  Bytes bytes() const { return {memory_.get(), size_}; }
  std::byte* data() { return memory_.get(); }

  // `count` more bytes at the end, to be filled by the caller.
  std::byte* extend(std::size_t count) {
    if (count > capacity_ - size_) grow(count);
    std::byte* end = memory_.get() + size_;
    size_ += count;
    return end;
  }
  void append(Bytes bytes) {
    if (!bytes.empty()) std::memcpy(extend(bytes.size()), bytes.data(), bytes.size());
  }
  // Room for `count` more without growing again.
  void reserve(std::size_t count) {
    if (count > capacity_ - size_) grow(count);
  }
  // Only the first `size` bytes stay, the memory too; `clear` keeps the memory, `release` does not.
  void shrink(std::size_t size) { size_ = size; }
  void clear() { size_ = 0; }
  void release() { *this = BytesBuilder(); }

 private:
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };

  void grow(std::size_t count);

  std::unique_ptr<std::byte[], Free> memory_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace bowline
