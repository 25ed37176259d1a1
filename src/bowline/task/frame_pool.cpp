#include "bowline/task/frame_pool.h"

#include <array>
#include <mutex>
#include <new>
#include <utility>

namespace bowline {
namespace {

constexpr std::size_t grain = 8;
constexpr std::size_t pooled_size_max = 2048;

// Frames are cut from slabs of about this size, which leaves no room between them for what an
// allocator would note. A slab is never given back: its frames may be anywhere.
constexpr std::size_t slab_size = 16 * 1024;

struct FreeFrame {
  FreeFrame* next;
};

// By size, in grains.
using FreeFrames = std::array<FreeFrame*, pooled_size_max / grain + 1>;
constinit thread_local FreeFrames free_frames{};

// What threads that have ended left, for those that need frames.
struct LeftOver {
  std::mutex mutex;
  FreeFrames lists{};
};

LeftOver& left_over() {
  static auto* shared = new LeftOver;  // frames may come back while the program's statics go
  return *shared;
}

// At the end of a thread, leaves what it has free to others.
struct Leaver {
  ~Leaver() {
    std::lock_guard lock(left_over().mutex);
    for (std::size_t index = 0; index < free_frames.size(); ++index) {
      while (FreeFrame* frame = free_frames[index]) {
        free_frames[index] = frame->next;
        frame->next = std::exchange(left_over().lists[index], frame);
      }
    }
  }
};

FreeFrame* cut_slab(std::size_t frame_size) {
  auto* slab = static_cast<std::byte*>(::operator new(slab_size));
  FreeFrame* first = nullptr;
  for (std::size_t at = slab_size / frame_size; at-- > 0;) {
    first = new (slab + at * frame_size) FreeFrame{first};
  }
  return first;
}

// The first of the free frames of a size that this thread had none of.
[[gnu::noinline]] FreeFrame* more_frames(std::size_t index) {
  static thread_local Leaver leaver;
  {
    std::lock_guard lock(left_over().mutex);
    if (FreeFrame* frames = std::exchange(left_over().lists[index], nullptr)) return frames;
  }
  return cut_slab(index * grain);
}

}  // namespace

void* take_frame(std::size_t size) {
  if (size > pooled_size_max) return ::operator new(size);
  FreeFrame*& list = free_frames[(size + grain - 1) / grain];
  if (!list) list = more_frames((size + grain - 1) / grain);
  return std::exchange(list, list->next);
}

void give_back_frame(void* frame, std::size_t size) noexcept {
  if (size > pooled_size_max) return ::operator delete(frame);
  FreeFrame*& list = free_frames[(size + grain - 1) / grain];
  list = new (frame) FreeFrame{list};
}

}  // namespace bowline
