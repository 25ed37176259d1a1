// The help of the program and of its commands, from the same texts as the manual pages: usage, what
// the command does, arguments, options, and the footer as it is. It fits 80 columns.
#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace bowline::cli {

std::string help_text(const CLI::App& command);

// `text` in lines of at most `width` columns, all but the first behind `indent` blanks. Paragraphs
// stay apart; lines that begin with a blank are kept as they are.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 80);

}  // namespace bowline::cli
