// Writing a file so that no reader ever sees a part of it: the new one takes the old one's place at
// once.
#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

namespace bowline::cli {

// Writes `text` to `path` with exactly this `mode`. Owner and group stay the same where they may;
// another group gets only what others may. Throws Error, and then the old file is as it was.
void replace_file(const std::string& path, std::string_view text, mode_t mode);

}  // namespace bowline::cli
