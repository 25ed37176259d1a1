#include "bowline/base/bytes_builder.h"

#include <algorithm>
#include <new>

namespace bowline {
namespace {

constexpr std::size_t capacity_min = 128;

}  // namespace

// Not in the header: the path that is seldom taken stays out of its callers.
void BytesBuilder::grow(std::size_t count) {
  std::size_t size = this->size();
  std::size_t capacity = std::max({this->capacity() * 2, size + count, capacity_min});
  void* memory = std::realloc(block_.get(), sizeof(Block) + capacity);
  if (!memory) throw std::bad_alloc();
  static_cast<void>(block_.release());
  block_.reset(new (memory) Block{size, capacity});
}

}  // namespace bowline
