#include "bowline/backend/block_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <vector>

namespace bowline {
namespace {

TEST(BlockPool, gives_the_block_again_that_came_back_last) {
  BlockPool pool;
  std::byte* first = pool.take();
  std::byte* second = pool.take();
  EXPECT_NE(first, second);
  pool.give_back(first);
  pool.give_back(second);
  EXPECT_EQ(pool.take(), second);
  EXPECT_EQ(pool.take(), first);
  pool.give_back(first);
  pool.give_back(second);
}

TEST(BlockPool, gives_blocks_that_nobody_else_has_and_that_can_be_written_to_the_end) {
  BlockPool pool;
  std::set<std::byte*> blocks;
  for (int index = 0; index < 100; ++index) {
    std::byte* block = pool.take();
    std::memset(block, index, BlockPool::block_size);
    EXPECT_TRUE(blocks.insert(block).second);
  }
  for (std::byte* block : blocks) pool.give_back(block);
}

TEST(BlockPool, is_what_a_chunk_gives_its_memory_back_to) {
  BlockPool pool;
  std::byte* block = pool.take();
  std::byte* other = nullptr;
  {
    Chunk chunk(pool, block, 10);
    chunk.consume(3);
    other = pool.take();
    EXPECT_NE(other, block) << "given out while the chunk has it";
  }
  EXPECT_EQ(pool.take(), block);
  pool.give_back(block);
  pool.give_back(other);
}

}  // namespace
}  // namespace bowline
