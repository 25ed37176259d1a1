#include "cli/suggest.h"

#include <algorithm>
#include <vector>

namespace bowline::cli {
namespace {

// Someone who slipped got most letters right: a third may be wrong, and one in a short word.
std::size_t slips_max(std::string_view word) {
  return std::max<std::size_t>(1, word.size() / 3);
}

constexpr std::size_t beginning_size_min = 2;

// "--listen" without its dashes, which say nothing about how near two words are.
std::string_view letters(std::string_view word) {
  return word.substr(std::min(word.find_first_not_of('-'), word.size()));
}

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
  // Three rows of the usual table: for swaps the row before the last one is needed too.
  std::vector<std::size_t> older(right.size() + 1);
  std::vector<std::size_t> old(right.size() + 1);
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t column = 0; column <= right.size(); ++column) row[column] = column;
  for (std::size_t line = 1; line <= left.size(); ++line) {
    older.swap(old);
    old.swap(row);
    row[0] = line;
    for (std::size_t column = 1; column <= right.size(); ++column) {
      bool differs = left[line - 1] != right[column - 1];
      row[column] = std::min({old[column] + 1, row[column - 1] + 1, old[column - 1] + differs});
      bool swapped = line > 1 && column > 1 && left[line - 1] == right[column - 2] &&
                     left[line - 2] == right[column - 1];
      if (swapped) row[column] = std::min(row[column], older[column - 2] + 1);
    }
  }
  return row[right.size()];
}

std::string nearest(std::string_view word, std::span<const std::string> words) {
  std::string_view wanted = letters(word);
  if (wanted.empty()) return {};
  std::string best;
  std::size_t best_distance = slips_max(wanted) + 1;
  for (const std::string& known : words) {
    std::string_view candidate = letters(known);
    bool begins = wanted.size() >= beginning_size_min && candidate.starts_with(wanted);
    std::size_t distance = begins ? 1 : edit_distance(wanted, candidate);
    // Of a word with few letters a replaced one leaves nothing to go by.
    if (distance >= candidate.size() || distance >= best_distance) continue;
    best = known;
    best_distance = distance;
  }
  return best;
}

}  // namespace bowline::cli
