#include "bowline/backend/ring_pool.h"

#include <gtest/gtest.h>

#include <cstring>

namespace bowline {
namespace {

TEST(RingPool, has_buffers_that_do_not_overlap_and_can_be_written) {
  RingPool pool;
  for (unsigned index = 0; index < RingPool::count; ++index) {
    std::memset(pool.buffer(index), static_cast<int>(index), RingPool::buffer_size);
  }
  for (unsigned index = 0; index < RingPool::count; ++index) {
    EXPECT_EQ(pool.buffer(index)[0], std::byte(index));
    EXPECT_EQ(pool.buffer(index)[RingPool::buffer_size - 1], std::byte(index));
  }
}

TEST(RingPool, is_taken_by_a_ring) {
  io_uring ring;
  if (io_uring_queue_init(4, &ring, 0) < 0) GTEST_SKIP() << "io_uring is not allowed here";
  {
    RingPool pool;
    EXPECT_EQ(pool.attach(ring), 0);
    EXPECT_EQ(io_uring_unregister_buf_ring(&ring, RingPool::group), 0);
  }
  io_uring_queue_exit(&ring);
}

}  // namespace
}  // namespace bowline
