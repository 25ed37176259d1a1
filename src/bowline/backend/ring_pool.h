// Buffers that the kernel picks from when data is there (provided buffer ring,
// io_uring_register(2)): waiting reads hold none. They return to the ring in batches. It begins
// with a few, which stay in the cache, and has more when they did not suffice.
#pragma once

#include "bowline/backend/chunk.h"

#include <liburing.h>

#include <cstdint>
#include <memory>

namespace bowline {

class RingPool final : public ChunkPool {
 public:
  static constexpr std::uint16_t group = 0;
  static constexpr unsigned count_min = 64;
  static constexpr unsigned count_max = 256;
  // A TLS record, or a WebSocket frame of 16 KiB, lies whole in one. It is an odd number of cache
  // lines, or the fronts of all buffers would share a few sets of the cache.
  static constexpr std::size_t buffer_size = 265 * 64;

  RingPool();
  ~RingPool();
  RingPool(const RingPool&) = delete;

  // Hands the first buffers to `ring`; zero, or the negative number of an error.
  int attach(io_uring& ring);
  std::byte* buffer(unsigned index) const { return memory_ + index * buffer_size; }
  void give_back(std::byte* memory) override;
  // The kernel found none: publish() doubles them, up to `count_max`.
  void ran_out() { ran_out_ = true; }
  // Lets the kernel have what was given back since the last time.
  void publish();

 private:
  void offer(unsigned count);

  std::byte* memory_ = nullptr;
  io_uring_buf_ring* entries_ = nullptr;
  unsigned count_ = 0;  // those that are in use at all
  bool ran_out_ = false;
  int unpublished_ = 0;
};

}  // namespace bowline
