// What is wrong with a command line, on one line and in words that help to put it right.
#pragma once

#include <string>

namespace CLI {
class App;
class Option;
class ParseError;
}  // namespace CLI

namespace bowline::cli {

// For the failure of `program.parse()`: names the option and what is accepted, and for an option or
// command that does not exist the nearest one that does. Without a prefix, without an end of line;
// where a configuration file has several mistakes the next ones begin with "error: " on lines of
// their own.
std::string usage_error(const CLI::App& program, const CLI::ParseError& error);

// What is wrong with the value `given`: `problem`, as CLI11 says it, or what there is instead.
std::string value_error(const CLI::Option& option, const std::string& given, std::string problem);

}  // namespace bowline::cli
