// Memory for coroutine frames, kept in free lists of a thread by size, so that calling a task costs
// no malloc once its like has run before. A frame may be given back on another thread.
#pragma once

#include <cstddef>

namespace bowline {

void* take_frame(std::size_t size);
void give_back_frame(void* frame, std::size_t size) noexcept;

}  // namespace bowline
