// Lengths of time as people type them: "5s", "200ms", "1.5m"; a bare number means seconds.
#pragma once

#include "bowline/base/time.h"

#include <optional>
#include <string_view>

namespace bowline::cli {

// A number, whole or with a decimal point, and one of the units us, ms, s, m (minutes), h, d. No
// value for anything else, negative numbers, and more than a hundred years.
std::optional<Duration> parse_duration(std::string_view text);

// For messages about text that is none: what would be one.
inline constexpr std::string_view duration_forms = "write 5s, 200ms, 2m, or a number of seconds";

}  // namespace bowline::cli
