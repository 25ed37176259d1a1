// What is wrong with a command line, on one line and in words that help to put it right.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace bowline::cli {

// For the failure of `program.parse()`: names the option and what is accepted, and for an option or
// command that does not exist the nearest one that does. Without a prefix, without an end of line.
std::string usage_error(const CLI::App& program, const CLI::ParseError& error);

}  // namespace bowline::cli
