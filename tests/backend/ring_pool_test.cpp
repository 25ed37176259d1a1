#include "bowline/backend/ring_pool.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <vector>

namespace bowline {
namespace {

TEST(RingPool, has_buffers_that_do_not_overlap_and_can_be_written) {
  RingPool pool;
  for (unsigned index = 0; index < RingPool::count_max; ++index) {
    std::memset(pool.buffer(index), static_cast<int>(index), RingPool::buffer_size);
  }
  for (unsigned index = 0; index < RingPool::count_max; ++index) {
    EXPECT_EQ(pool.buffer(index)[0], std::byte(index));
    EXPECT_EQ(pool.buffer(index)[RingPool::buffer_size - 1], std::byte(index));
  }
}

// How many buffers the kernel finds, one receive for each.
class Ring {
 public:
  Ring() {
    allowed_ = io_uring_queue_init(4, &ring_, 0) == 0;
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends_), 0);
  }
  ~Ring() {
    if (allowed_) io_uring_queue_exit(&ring_);
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  bool allowed() const { return allowed_; }
  io_uring& get() { return ring_; }

  std::vector<unsigned> take_all() {
    std::vector<unsigned> taken;
    for (int buffer = receive(); buffer >= 0; buffer = receive()) {
      taken.push_back(static_cast<unsigned>(buffer));
    }
    return taken;
  }

 private:
  // The index of the buffer that was taken, or the negative number of an error.
  int receive() {
    EXPECT_EQ(::send(ends_[0], "x", 1, 0), 1);
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    io_uring_prep_recv(entry, ends_[1], nullptr, 1, MSG_DONTWAIT);
    entry->flags |= IOSQE_BUFFER_SELECT;
    entry->buf_group = RingPool::group;
    io_uring_submit_and_wait(&ring_, 1);
    io_uring_cqe* answer = nullptr;
    EXPECT_EQ(io_uring_peek_cqe(&ring_, &answer), 0);
    int result = answer->res;
    unsigned flags = answer->flags;
    io_uring_cqe_seen(&ring_, answer);
    return result < 0 ? result : static_cast<int>(flags >> IORING_CQE_BUFFER_SHIFT);
  }

  io_uring ring_;
  bool allowed_ = false;
  int ends_[2];
};

TEST(RingPool, offers_a_few_buffers_and_twice_as_many_each_time_they_ran_out) {
  Ring ring;
  if (!ring.allowed()) GTEST_SKIP() << "io_uring is not allowed here";
  RingPool pool;
  ASSERT_EQ(pool.attach(ring.get()), 0);
  EXPECT_EQ(ring.take_all().size(), RingPool::count_min);
  for (unsigned count = RingPool::count_min; count < RingPool::count_max; count *= 2) {
    pool.ran_out();
    pool.ran_out();
    pool.publish();
    EXPECT_EQ(ring.take_all().size(), count);
  }
  pool.ran_out();
  pool.publish();
  EXPECT_TRUE(ring.take_all().empty());
}

TEST(RingPool, offers_again_what_was_given_back) {
  Ring ring;
  if (!ring.allowed()) GTEST_SKIP() << "io_uring is not allowed here";
  RingPool pool;
  ASSERT_EQ(pool.attach(ring.get()), 0);
  ring.take_all();
  pool.give_back(pool.buffer(7));
  pool.give_back(pool.buffer(3));
  EXPECT_TRUE(ring.take_all().empty());
  pool.publish();
  EXPECT_EQ(ring.take_all(), (std::vector<unsigned>{7, 3}));
}

}  // namespace
}  // namespace bowline
