#include "bowline/base/random.h"

#include <bit>

namespace bowline {

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) {
    seed += 0x9E3779B97F4A7C15;
    std::uint64_t mixed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    word = mixed ^ (mixed >> 31);
  }
}

std::uint64_t Random::next() {
  std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

// Numbers below the threshold would make the small results likelier.
std::uint64_t Random::below(std::uint64_t bound) {
  std::uint64_t threshold = (0 - bound) % bound;
  std::uint64_t number;
  do {
    number = next();
  } while (number < threshold);
  return number % bound;
}

// No number is drawn for what is certain.
bool Random::chance(double probability) {
  if (probability <= 0) return false;
  if (probability >= 1) return true;
  return static_cast<double>(next() >> 11) * 0x1.0p-53 < probability;
}

}  // namespace bowline
