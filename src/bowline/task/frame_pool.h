// Memory for coroutine frames, and for what else comes and goes with an operation: free lists of a
// thread by size, so that none of that costs a malloc once its like has been before. A frame may be
// given back on another thread.
#pragma once

#include <array>
#include <cstddef>
#include <new>
#include <utility>

namespace bowline {

struct FreeFrame {
  FreeFrame* next;
};

inline constexpr std::size_t frame_grain = 16;
inline constexpr std::size_t pooled_frame_max = 2048;
using FreeFrames = std::array<FreeFrame*, pooled_frame_max / frame_grain + 1>;

// This thread's; [size / frame_grain, rounded up]. Always empty in builds with a sanitizer, which
// then sees each frame come and go.
extern constinit thread_local FreeFrames free_frames;
void* take_new_frame(std::size_t size);
extern const bool frames_are_pooled;
void free_frame(void* frame) noexcept;

inline void* take_frame(std::size_t size) {
  if (size > pooled_frame_max) return take_new_frame(size);
  FreeFrame*& list = free_frames[(size + frame_grain - 1) / frame_grain];
  return list ? std::exchange(list, list->next) : take_new_frame(size);
}

inline void give_back_frame(void* frame, std::size_t size) noexcept {
  if (size > pooled_frame_max || !frames_are_pooled) return free_frame(frame);
  FreeFrame*& list = free_frames[(size + frame_grain - 1) / frame_grain];
  list = new (frame) FreeFrame{list};
}

}  // namespace bowline
