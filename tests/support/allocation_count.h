// How often this program asked for memory, by operators of its own in place of the library's.
// Builds whose allocator has other duties (sanitizers) leave it out, with the tests that need it.
#pragma once

#include <cstddef>

namespace bowline::testing {

std::size_t allocation_count();

}  // namespace bowline::testing
