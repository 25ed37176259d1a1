#include "cli/table.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>

namespace bowline::cli {
namespace {

using Kind = Column::Kind;
using Columns = std::span<const Column>;

// Cut columns stay this wide while there is another to cut.
constexpr std::size_t cut_width_min = 12;

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

// How many characters; each is taken to be one column wide.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

// The first `count` characters.
std::string_view front(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (starts_character(text[at]) && count-- == 0) break;
  }
  return text.substr(0, at);
}

std::string_view back(std::string_view text, std::size_t count) {
  return text.substr(front(text, width_of(text) - count).size());
}

// `text` in at most `width` characters. Both ends stay: host and port, name and process.
std::string cut(std::string_view text, std::size_t width) {
  constexpr std::string_view mark = "...";
  if (width_of(text) <= width) return std::string(text);
  if (width <= mark.size()) return std::string(front(text, width));
  std::size_t kept = width - mark.size();
  return fmt::format("{}{}{}", front(text, kept / 2), mark, back(text, kept - kept / 2));
}

struct Layout {
  std::vector<std::size_t> widths;
  std::size_t gap = 2;
};

std::size_t* widest_cuttable(Columns columns, Layout& layout) {
  std::size_t* widest = nullptr;
  for (std::size_t column = 0; column < columns.size(); ++column) {
    std::size_t& width = layout.widths[column];
    if (columns[column].kind == Kind::cuttable && (!widest || width > *widest)) widest = &width;
  }
  return widest;
}

// Narrows the gaps, then takes from the widest of what may be cut until all fits, or nothing is
// wide any more.
void fit(Columns columns, Layout& layout, std::size_t width) {
  std::size_t cells = std::accumulate(layout.widths.begin(), layout.widths.end(), std::size_t{0});
  if (cells + layout.gap * (columns.size() - 1) <= width) return;
  layout.gap = 1;
  for (std::size_t total = cells + columns.size() - 1; total > width; --total) {
    std::size_t* widest = widest_cuttable(columns, layout);
    if (!widest || *widest <= cut_width_min) return;
    --*widest;
  }
}

std::string line_text(Columns columns, const Cells& cells, const Layout& layout) {
  std::string line;
  for (std::size_t column = 0; column < columns.size(); ++column) {
    std::string cell = cut(cells[column], layout.widths[column]);
    std::string padding(layout.widths[column] - width_of(cell), ' ');
    line += columns[column].kind == Kind::number ? padding + cell : cell + padding;
    line.append(layout.gap, ' ');
  }
  line.resize(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string table_text(Columns columns, const std::vector<Cells>& rows, std::size_t width) {
  Cells header;
  for (const Column& column : columns) header.emplace_back(column.name);
  Layout layout;
  for (const std::string& name : header) layout.widths.push_back(width_of(name));
  for (const Cells& cells : rows) {
    for (std::size_t column = 0; column < columns.size(); ++column) {
      layout.widths[column] = std::max(layout.widths[column], width_of(cells[column]));
    }
  }
  if (width > 0) fit(columns, layout, width);
  std::string text;
  auto add = [&](const Cells& cells) {
    std::string line = line_text(columns, cells, layout);
    // A terminal too narrow even for this still gets one line for each row.
    (text += width > 0 ? front(line, width) : std::string_view(line)) += '\n';
  };
  add(header);
  for (const Cells& cells : rows) add(cells);
  return text;
}

std::size_t terminal_width() {
  winsize size{};
  if (!::isatty(STDOUT_FILENO) || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

}  // namespace bowline::cli
