// Blocks of memory that data is received into. A block is out only while somebody handles what came
// in it, so a few serve any number of connections.
#pragma once

#include "bowline/backend/chunk.h"

#include <cstddef>

namespace bowline {

class BlockPool final : public ChunkPool {
 public:
  static constexpr std::size_t block_size = 64 * 1024;

  // How many free blocks are kept; a burst that needed more returns them to the system.
  explicit BlockPool(std::size_t kept_max = 16) : kept_max_(kept_max) {}
  BlockPool(const BlockPool&) = delete;
  ~BlockPool();
  std::byte* take();
  void give_back(std::byte* memory) override;

 private:
  std::size_t kept_max_;
  std::byte* free_ = nullptr;  // each begins with the address of the next
  std::size_t count_ = 0;
};

}  // namespace bowline
