// Where one key ends in what a terminal sends: keys that are no character come as several bytes.
#pragma once

#include <cstddef>
#include <string_view>

namespace bowline::cli {

// How many bytes at the front of `typed` are one key: a UTF-8 character, an escape sequence
// (ECMA-48), Escape or Ctrl-V or Ctrl-X with the key after it. 0 when its end has not come yet.
std::size_t key_size(std::string_view typed);

}  // namespace bowline::cli
