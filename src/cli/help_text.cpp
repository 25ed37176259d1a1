#include "cli/help_text.h"

#include "cli/option_text.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <span>

namespace bowline::cli {
namespace {

// Names that are wider than this have their description on the next line.
constexpr std::size_t name_width_max = 26;
constexpr std::size_t gap = 2;

std::string left_column(const OptionText& text) {
  bool is_argument = text.names[0][0] != '-';
  // Names without a short form stand below the long ones of others.
  std::string name = !is_argument && text.names[0].starts_with("--") ? "    " : "";
  name += text.joined_names();
  if (!is_argument && !text.value.empty()) name += " " + text.value;
  return name;
}

struct Row {
  std::string name;
  std::string description;
};

std::string table(std::string_view heading, std::span<const Row> rows) {
  if (rows.empty()) return {};
  std::size_t width = 0;
  for (const Row& row : rows) {
    if (row.name.size() <= name_width_max) width = std::max(width, row.name.size());
  }
  std::size_t column = gap + width + gap;
  std::string text = fmt::format("\n{}:\n", heading);
  for (const Row& row : rows) {
    bool fits = row.name.size() <= width;
    text += fmt::format("  {:<{}}", row.name, width + gap);
    if (!fits) text += fmt::format("\n{:{}}", "", column);
    text += wrapped(row.description, column) + "\n";
  }
  return text;
}

std::vector<Row> rows_of(const std::vector<OptionText>& texts) {
  std::vector<Row> rows;
  for (const OptionText& text : texts) rows.push_back({left_column(text), text.description});
  return rows;
}

std::string wrapped_line(std::string_view line, std::size_t indent, std::size_t width) {
  std::string text;
  std::size_t column = indent;
  while (!line.empty()) {
    std::size_t end = std::min(line.find(' '), line.size());
    std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    bool first = column == indent;
    if (!first && column + 1 + word.size() > width) {
      text += fmt::format("\n{:{}}", "", indent);
      column = indent;
      first = true;
    }
    if (!first) text += ' ';
    text += word;
    column += word.size() + (first ? 0 : 1);
  }
  return text;
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  while (!text.empty()) {
    std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.starts_with(' ')) {
      out += line;
    } else {
      out += wrapped_line(line, indent, width);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!text.empty()) out += fmt::format("\n{:{}}", "", text[0] == '\n' ? 0 : indent);
  }
  return out;
}

std::string help_text(const CLI::App& command) {
  std::string text = fmt::format("usage: {} {}\n", full_name(command), synopsis(command));
  text += fmt::format("\n{}\n", wrapped(summary_of(command), 0));
  if (std::string details = details_of(command); !details.empty()) {
    text += fmt::format("\n{}\n", wrapped(details, 0));
  }
  std::vector<Row> commands;
  for (const CLI::App* one : commands_of(command)) {
    commands.push_back({one->get_name(), summary_of(*one)});
  }
  text += table("commands", commands);
  text += table("arguments", rows_of(arguments_of(command)));
  text += table("options", rows_of(options_of(command)));
  std::string footer = command.get_footer();
  if (!footer.empty()) text += (footer[0] == '\n' ? "" : "\n") + footer;
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

}  // namespace bowline::cli
