#include "bowline/backend/chunk.h"

#include <cstring>

namespace bowline {
namespace {

class Heap final : public ChunkPool {
 public:
  void give_back(std::byte* memory) override { delete[] memory; }
};

Heap heap;

}  // namespace

Chunk Chunk::copy(Bytes bytes) {
  auto* memory = new std::byte[bytes.size()];
  std::memcpy(memory, bytes.data(), bytes.size());
  return Chunk(heap, memory, bytes.size());
}

}  // namespace bowline
