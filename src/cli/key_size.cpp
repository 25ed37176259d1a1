#include "cli/key_size.h"

#include "bowline/base/bytes.h"

#include <algorithm>

namespace bowline::cli {
namespace {

constexpr char escape = '\x1b';
constexpr char quote_next = '\x16';
constexpr char prefix = '\x18';
constexpr std::size_t character_size_max = 4;

// "ESC [", parameters, and a final byte from "@" to "~".
std::size_t control_sequence_size(std::string_view typed) {
  for (std::size_t at = 2; at < typed.size(); ++at) {
    if (typed[at] >= '@' && typed[at] <= '~') return at + 1;
  }
  return 0;
}

std::size_t character_size(std::string_view typed) {
  for (std::size_t size = 1; size <= std::min(character_size_max, typed.size()); ++size) {
    bool valid = true;
    if (whole_utf8(typed.substr(0, size), valid) == size) return size;
    if (!valid) return 1;
  }
  return 0;
}

}  // namespace

std::size_t key_size(std::string_view typed) {
  if (typed.empty()) return 0;
  if (typed[0] != escape && typed[0] != quote_next && typed[0] != prefix) {
    return character_size(typed);
  }
  if (typed[0] == escape && typed.size() > 1) {
    if (typed[1] == '[') return control_sequence_size(typed);
    if (typed[1] == 'O') return typed.size() > 2 ? 3 : 0;
  }
  bool repeated = typed.size() > 1 && typed[0] != escape && typed[1] != escape;
  std::size_t following = repeated ? character_size(typed.substr(1)) : key_size(typed.substr(1));
  return following ? 1 + following : 0;
}

}  // namespace bowline::cli
