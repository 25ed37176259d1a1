#include "bowline/backend/ring_pool.h"

#include "bowline/base/check.h"

#include <sys/mman.h>

#include <utility>

namespace bowline {
namespace {

void* map(std::size_t size) {
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  BOWLINE_CHECK(memory != MAP_FAILED);
  return memory;
}

constexpr std::size_t entries_size = RingPool::count_max * sizeof(io_uring_buf);
constexpr std::size_t memory_size = RingPool::count_max * RingPool::buffer_size;

}  // namespace

RingPool::RingPool()
    : memory_(static_cast<std::byte*>(map(memory_size))),
      entries_(static_cast<io_uring_buf_ring*>(map(entries_size))) {}

RingPool::~RingPool() {
  ::munmap(entries_, entries_size);
  ::munmap(memory_, memory_size);
}

int RingPool::attach(io_uring& ring) {
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uint64_t>(entries_);
  registration.ring_entries = count_max;
  registration.bgid = group;
  int result = io_uring_register_buf_ring(&ring, &registration, 0);
  if (result < 0) return result;
  io_uring_buf_ring_init(entries_);
  offer(count_min);
  publish();
  return 0;
}

void RingPool::give_back(std::byte* memory) {
  auto index =
      static_cast<unsigned short>(static_cast<std::size_t>(memory - memory_) / buffer_size);
  io_uring_buf_ring_add(entries_, memory, buffer_size, index, count_max - 1, unpublished_++);
}

void RingPool::offer(unsigned count) {
  for (unsigned end = count_ + count; count_ < end; ++count_) give_back(buffer(count_));
}

void RingPool::publish() {
  if (std::exchange(ran_out_, false) && count_ < count_max) offer(count_);
  if (unpublished_ > 0) io_uring_buf_ring_advance(entries_, unpublished_);
  unpublished_ = 0;
}

}  // namespace bowline
