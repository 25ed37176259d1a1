// Small questions about text that protocols keep asking.
#pragma once

#include <string_view>

namespace bowline {

// Equal, with a to z and A to Z taken for the same; all other bytes must match.
bool equals_ignoring_case(std::string_view left, std::string_view right);

}  // namespace bowline
