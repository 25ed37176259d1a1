#include "bowline/backend/block_pool.h"

namespace bowline {

std::byte* BlockPool::take() {
  if (free_.empty()) return std::make_unique_for_overwrite<std::byte[]>(block_size).release();
  std::byte* memory = free_.back().release();
  free_.pop_back();
  return memory;
}

void BlockPool::give_back(std::byte* memory) {
  std::unique_ptr<std::byte[]> block(memory);
  if (free_.size() < kept_max_) free_.push_back(std::move(block));
}

}  // namespace bowline
