#include "bowline/base/bytes_builder.h"

#include <algorithm>
#include <new>

namespace bowline {
namespace {

constexpr std::size_t capacity_min = 128;

}  // namespace

// Not in the header: the path that is seldom taken stays out of its callers.
void BytesBuilder::grow(std::size_t count) {
  std::size_t capacity = std::max({capacity_ * 2, size_ + count, capacity_min});
  void* memory = std::realloc(memory_.get(), capacity);
  if (!memory) throw std::bad_alloc();
  static_cast<void>(memory_.release());
  memory_.reset(static_cast<std::byte*>(memory));
  capacity_ = capacity;
}

}  // namespace bowline
