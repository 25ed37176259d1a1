// Blocks of memory that data is received into. A block is out only while somebody handles what came
// in it, so a few serve any number of connections.
#pragma once

#include "bowline/backend/chunk.h"

#include <memory>
#include <vector>

namespace bowline {

class BlockPool final : public ChunkPool {
 public:
  static constexpr std::size_t block_size = 64 * 1024;

  // How many free blocks are kept; a burst that needed more returns them to the system.
  explicit BlockPool(std::size_t kept_max = 16) : kept_max_(kept_max) { free_.reserve(kept_max); }
  std::byte* take();
  void give_back(std::byte* memory) override;

 private:
  std::size_t kept_max_;
  std::vector<std::unique_ptr<std::byte[]>> free_;
};

}  // namespace bowline
