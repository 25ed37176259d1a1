#include "bowline/task/frame_pool.h"

#include <array>
#include <cstdint>
#include <new>

namespace bowline {
namespace {

constexpr std::size_t grain = 32;
constexpr std::size_t pooled_size_max = 2048;
// How many free frames of one size a thread keeps; beyond that they go back to the allocator.
constexpr std::uint32_t kept_max = 1024;

struct FreeFrame {
  FreeFrame* next;
};

struct FreeList {
  FreeFrame* head = nullptr;
  std::uint32_t count = 0;
};

struct FramePool {
  std::array<FreeList, pooled_size_max / grain + 1> lists;

  ~FramePool() {
    for (FreeList& list : lists) {
      while (FreeFrame* frame = list.head) {
        list.head = frame->next;
        ::operator delete(frame);
      }
    }
  }
};

thread_local FramePool pool;

std::size_t size_class(std::size_t size) {
  return (size + grain - 1) / grain;
}

}  // namespace

void* take_frame(std::size_t size) {
  if (size > pooled_size_max) return ::operator new(size);
  FreeList& list = pool.lists[size_class(size)];
  FreeFrame* frame = list.head;
  if (!frame) return ::operator new(size_class(size) * grain);
  list.head = frame->next;
  --list.count;
  return frame;
}

void give_back_frame(void* frame, std::size_t size) noexcept {
  if (size > pooled_size_max) return ::operator delete(frame);
  FreeList& list = pool.lists[size_class(size)];
  if (list.count == kept_max) return ::operator delete(frame);
  list.head = new (frame) FreeFrame{list.head};
  ++list.count;
}

}  // namespace bowline
