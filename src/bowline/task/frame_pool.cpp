#include "bowline/task/frame_pool.h"

#include <mutex>

namespace bowline {

constinit thread_local FreeFrames free_frames{};
const bool frames_are_pooled = true;

namespace {

// Frames are cut from slabs of about this size, which leaves no room between them for what an
// allocator would note. A slab is never given back: its frames may be anywhere.
constexpr std::size_t slab_size = 16 * 1024;

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

// At least one frame of a size that this thread has none of.
FreeFrame* more_frames(std::size_t index) {
  static thread_local Leaver leaver;
  {
    std::lock_guard lock(left_over().mutex);
    if (FreeFrame* frames = std::exchange(left_over().lists[index], nullptr)) return frames;
  }
  return cut_slab(index * frame_grain);
}

}  // namespace

void* take_new_frame(std::size_t size) {
  if (size > pooled_frame_max) return ::operator new(size);
  std::size_t index = (size + frame_grain - 1) / frame_grain;
  FreeFrame* frame = more_frames(index);
  free_frames[index] = frame->next;
  return frame;
}

void free_frame(void* frame) noexcept {
  ::operator delete(frame);
}

}  // namespace bowline
