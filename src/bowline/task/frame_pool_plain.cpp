// For builds with a sanitizer: every frame straight from the allocator, which then sees each
// misuse.
#include "bowline/task/frame_pool.h"

namespace bowline {

constinit thread_local FreeFrames free_frames{};
const bool frames_are_pooled = false;

void* take_new_frame(std::size_t size) {
  return ::operator new(size);
}

void free_frame(void* frame) noexcept {
  ::operator delete(frame);
}

}  // namespace bowline
