// Memory for coroutine frames, and for what else comes and goes with an operation: free lists of a
// thread by size, so that none of that costs a malloc once its like has been before. A frame may be
// given back on another thread.
#pragma once

#include <cstddef>

namespace bowline {

// The memory is aligned to 16 where `size` is a multiple of that, else to 8.
//
// Not inline: g++ 12 was seen to take a thread's variable for null where a coroutine begins in a
// loop.
void* take_frame(std::size_t size);
void give_back_frame(void* frame, std::size_t size) noexcept;

}  // namespace bowline
