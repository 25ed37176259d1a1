// What someone may have meant who wrote a word that does not exist: the nearest of those that do.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace bowline::cli {

// How many letters have to be put in, taken out, replaced, or swapped with their neighbour to make
// `right` of `left` (optimal string alignment distance).
std::size_t edit_distance(std::string_view left, std::string_view right);

// The nearest of `words` to `word`; of equally near ones the first. Empty when none is so near that
// a slip of the fingers would explain it. A word that begins with `word` is always near.
std::string nearest(std::string_view word, std::span<const std::string> words);

}  // namespace bowline::cli
