// Comparing secrets: how long it takes tells nothing of where two of them differ.
#pragma once

#include "bowline/base/bytes.h"

namespace bowline {

// Looks at every byte whatever the others say. Only that the sizes differ may show: what is
// compared is best of a fixed size, a digest.
bool equals_in_constant_time(Bytes left, Bytes right);

}  // namespace bowline
