// Utf8Validator against a plain decoder, whole and cut at each place: both find the same first
// wrong byte.
#include "bowline/proto/utf8.h"

#include "bowline/base/check.h"

#include <cstdint>

namespace {

// How many bytes the character at the front has; 0: none begins so, or it is cut off at `size`.
// Slow and simple: the value is put together and looked at.
std::size_t character(const std::uint8_t* at, std::size_t size, bool& cut_off) {
  std::size_t count = at[0] < 0x80 ? 1 : at[0] < 0xC0 ? 0 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (count == 0 || at[0] >= 0xF8) return 0;
  std::uint32_t low = count == 1 ? at[0] : at[0] & (0x7Fu >> count);
  std::uint32_t high = low;
  for (std::size_t index = 1; index < count; ++index) {
    bool here = index < size;
    if (here && (at[index] & 0xC0) != 0x80) return 0;
    low = low << 6 | (here ? at[index] & 0x3Fu : 0);
    high = high << 6 | (here ? at[index] & 0x3Fu : 0x3F);
  }
  // What is not here may be anything: some value between the two must be a character.
  bool is_surrogate = low >= 0xD800 && high <= 0xDFFF;
  if (high < least[count] || low > 0x10FFFF || is_surrogate) return 0;
  cut_off = count > size;
  return count;
}

// True while `size` bytes can be the beginning of text; `whole`: or all of it.
bool can_be_text(const std::uint8_t* data, std::size_t size, bool& whole) {
  whole = true;
  for (std::size_t at = 0; at < size;) {
    bool cut_off = false;
    std::size_t count = character(data + at, size - at, cut_off);
    whole = !cut_off && count > 0;
    if (count == 0) return false;
    at += count;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 300) return 0;
  std::size_t good = 0;
  bool whole = true;
  bool is_text = can_be_text(data, 0, whole);
  while (is_text && good < size) is_text = can_be_text(data, ++good, whole);

  bowline::Utf8Validator by_bytes;
  for (std::size_t index = 0; index < size; ++index) {
    bool expected = is_text || index + 1 < good;
    BOWLINE_CHECK(by_bytes.accept({data + index, 1}) == expected);
  }
  for (std::size_t cut = 0; cut <= size; ++cut) {
    bowline::Utf8Validator validator;
    bool first = validator.accept({data, cut});
    BOWLINE_CHECK(first == (is_text || cut < good));
    BOWLINE_CHECK(validator.accept({data + cut, size - cut}) == is_text);
    BOWLINE_CHECK(validator.complete() == (is_text && whole));
  }
  return 0;
}
