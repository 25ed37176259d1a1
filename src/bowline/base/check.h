// What only we can do wrong: a broken contract inside bowline, or of a caller with bowline. A
// failed check says where and stops the program, in release builds too: going on would corrupt
// data.
#pragma once

namespace bowline {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace bowline

#define BOWLINE_CHECK(condition) \
  ((condition) ? void() : ::bowline::check_failed(#condition, __FILE__, __LINE__))
