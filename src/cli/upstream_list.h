// The upstreams of a relay, as given with --to and in the file of --to-file.
#pragma once

#include "bowline/base/error.h"

#include <string>
#include <string_view>
#include <vector>

namespace bowline::cli {

// The URLs in `text`, one a line; blank lines, and what stands behind a "#" at the beginning of a
// line, do not count. The Error names the line that can't be read.
Result<std::vector<std::string>> parse_upstreams(std::string_view text);

// `named`, and those in `file` when that has a name. The Error says what is wrong with the file, or
// that there is no upstream at all.
Result<std::vector<std::string>> load_upstreams(std::vector<std::string> named,
                                                const std::string& file);

}  // namespace bowline::cli
