#include "bowline/base/constant_time.h"

namespace bowline {

bool equals_in_constant_time(Bytes left, Bytes right) {
  if (left.size() != right.size()) return false;
  // Volatile, or the compiler might end the loop where the answer is known.
  volatile unsigned char difference = 0;
  for (std::size_t index = 0; index < left.size(); ++index) {
    difference = difference | std::to_integer<unsigned char>(left[index] ^ right[index]);
  }
  return difference == 0;
}

}  // namespace bowline
