#include "bowline/backend/block_pool.h"

#include <cstring>

namespace bowline {

BlockPool::~BlockPool() {
  while (free_) delete[] take();
}

std::byte* BlockPool::take() {
  if (!free_) return new std::byte[block_size];
  std::byte* block = free_;
  std::memcpy(&free_, block, sizeof free_);
  --count_;
  return block;
}

void BlockPool::give_back(std::byte* memory) {
  if (count_ == kept_max_) {
    delete[] memory;
    return;
  }
  std::memcpy(memory, &free_, sizeof free_);
  free_ = memory;
  ++count_;
}

}  // namespace bowline
