#include "bowline/net/shared_chunk.h"

#include <gtest/gtest.h>

namespace bowline {
namespace {

struct Counted final : ChunkPool {
  void give_back(std::byte* memory) override {
    ++returned;
    delete[] memory;
  }
  int returned = 0;
};

Chunk chunk_of(Counted& pool, std::size_t size) {
  return Chunk(pool, new std::byte[size](), size);
}

TEST(SharedChunk, goes_back_when_the_last_part_has_and_its_owner_let_go) {
  for (bool owner_first : {true, false}) {
    Counted pool;
    SharedChunk* shared = SharedChunk::make(chunk_of(pool, 10));
    shared->hold();
    shared->hold();
    Chunk first(*shared, shared->bytes().data(), 4);
    Chunk second(*shared, shared->bytes().data() + 4, 6);
    if (owner_first) shared->give_back(nullptr);
    first = Chunk();
    EXPECT_EQ(pool.returned, 0);
    second = Chunk();
    if (!owner_first) {
      EXPECT_EQ(pool.returned, 0);
      shared->give_back(nullptr);
    }
    EXPECT_EQ(pool.returned, 1);
  }
}

TEST(SharedChunk, knows_what_lies_in_it) {
  Counted pool;
  SharedChunk* shared = SharedChunk::make(chunk_of(pool, 10));
  const std::byte* begin = shared->bytes().data();
  EXPECT_TRUE(shared->has(begin));
  EXPECT_TRUE(shared->has(begin + 9));
  EXPECT_FALSE(shared->has(begin + 10));
  EXPECT_FALSE(shared->has(nullptr));
  shared->give_back(nullptr);
}

}  // namespace
}  // namespace bowline
