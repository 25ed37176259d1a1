// The bytes that a recv() gave; they belong to it. False at the end of the stream:
//
//   while (auto data = client.recv(1024)) client.send_all(data);
#pragma once

#include "bowline/base/bytes.h"

#include <memory>
#include <utility>

namespace bowline {

class Received {
 public:
  Received() = default;
  // Room for `size` bytes; they are not set to anything.
  explicit Received(std::size_t size)
      : memory_(size ? std::make_unique_for_overwrite<std::byte[]>(size) : nullptr), size_(size) {}
  Received(Received&& other) noexcept
      : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}
  Received& operator=(Received&& other) noexcept {
    memory_ = std::move(other.memory_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  explicit operator bool() const { return size_ > 0; }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  // These make it convertible to Bytes.
  const std::byte* data() const { return memory_.get(); }
  std::byte* data() { return memory_.get(); }

  // As text: a view for as long as this lives, or a copy when it is about to go.
  std::string_view text() const& { return {reinterpret_cast<const char*>(data()), size_}; }
  std::string text() && { return std::string(std::as_const(*this).text()); }

  // Keeps the first `size` bytes only.
  void truncate(std::size_t size) {
    if (size < size_) size_ = size;
  }

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t size_ = 0;
};

}  // namespace bowline
