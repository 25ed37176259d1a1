#include "bowline/backend/chunk.h"

#include "bowline/base/check.h"

#include <cstring>

namespace bowline {
namespace {

class Heap final : public ChunkPool {
 public:
  void give_back(std::byte* memory) override { delete[] memory; }
};

Heap heap;

}  // namespace

Chunk Chunk::make(std::size_t size) {
  BOWLINE_CHECK(size <= size_max);
  return Chunk(heap, new std::byte[size], size);
}

Chunk Chunk::copy(Bytes bytes) {
  Chunk chunk = make(bytes.size());
  std::memcpy(chunk.memory_, bytes.data(), bytes.size());
  return chunk;
}

}  // namespace bowline
