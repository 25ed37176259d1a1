#include "bowline/backend/chunk.h"

#include "bowline/base/check.h"

#include <utility>

namespace bowline {
namespace {

class Heap final : public ChunkPool {
 public:
  void give_back(std::byte* memory) override { BytesBuilder::free(memory); }
};

Heap heap;

}  // namespace

Chunk Chunk::make(std::size_t size) {
  BytesBuilder bytes;
  bytes.extend(size);
  return of(std::move(bytes));
}

Chunk Chunk::copy(Bytes bytes) {
  BytesBuilder copy;
  copy.append(bytes);
  return of(std::move(copy));
}

Chunk Chunk::of(BytesBuilder&& bytes) {
  std::size_t size = bytes.size();
  BOWLINE_CHECK(size <= size_max);
  if (size == 0) return {};
  return Chunk(heap, bytes.detach(), size);
}

}  // namespace bowline
