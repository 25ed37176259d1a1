// Rows of text in aligned columns under a header, for people: what is too wide for the terminal is
// cut where the columns allow it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bowline::cli {

struct Column {
  enum class Kind {
    text,
    number,    // to the right
    cuttable,  // in its middle, so that both ends stay
  };
  std::string_view name;
  Kind kind = Kind::text;
};
using Cells = std::vector<std::string>;

// The header and a line for each of `rows`, which have a cell for each column. No line has more
// than `width` characters; 0: no limit.
std::string table_text(std::span<const Column> columns, const std::vector<Cells>& rows,
                       std::size_t width);

// How wide standard output is; 0 when it is no terminal: what reads it wants whole lines.
std::size_t terminal_width();

}  // namespace bowline::cli
