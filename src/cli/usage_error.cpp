#include "cli/usage_error.h"

#include "cli/option_text.h"
#include "cli/suggest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <optional>

namespace bowline::cli {
namespace {

const CLI::App& called_command(const CLI::App& program) {
  const CLI::App* command = &program;
  for (auto called = command->get_subcommands(); !called.empty();
       called = command->get_subcommands()) {
    command = called.back();
  }
  return *command;
}

constexpr std::string_view conversion = "Could not convert: ";

std::string see_help(const CLI::App& command) {
  return fmt::format("see {} --help", full_name(command));
}

std::string unknown(std::string_view what, const std::string& word, const std::string& suggestion,
                    const CLI::App& command) {
  std::string advice =
      suggestion.empty() ? see_help(command) : fmt::format("did you mean {}?", suggestion);
  return fmt::format("unknown {} {}: {}", what, word, advice);
}

// What `command` was given and has no place for.
std::string leftover(const CLI::App& command, const std::string& given) {
  if (given.size() > 1 && given[0] == '-') {
    std::string name = given.substr(0, given.find('='));
    std::vector<std::string> names;
    for (const OptionText& option : options_of(command)) {
      names.insert(names.end(), option.names.begin(), option.names.end());
    }
    return unknown("option", name, nearest(name, names), command);
  }
  std::vector<std::string> names;
  for (const CLI::App* one : commands_of(command)) names.push_back(one->get_name());
  if (!names.empty()) return unknown("command", given, nearest(given, names), command);
  return fmt::format("unexpected argument {}: {}", given, see_help(command));
}

// The option that a message of CLI11 begins with or names after "Could not convert: ".
const CLI::Option* named_option(const CLI::App& command, std::string_view message) {
  if (message.starts_with(conversion)) message.remove_prefix(conversion.size());
  for (const CLI::Option* option : command.get_options()) {
    std::string name = option->get_name();
    if (!name.empty() && message.starts_with(name) &&
        (message.size() == name.size() || message[name.size()] == ':' ||
         message[name.size()] == ' ')) {
      return option;
    }
  }
  return nullptr;
}

std::string bad_value(const CLI::Option& option, const std::string& message) {
  std::string given = option.results().empty() ? std::string() : option.results().back();
  std::string problem = message;
  if (!problem.starts_with(conversion)) problem.erase(0, problem.find(": ") + 2);
  return fmt::format("{}: {}", text_of(option).names.back(), value_error(option, given, problem));
}

std::string wrong_count(const CLI::Option& option) {
  OptionText text = text_of(option);
  const std::string& name = text.names.back();
  if (option.results().size() > 1) return fmt::format("{} may be given once", name);
  return fmt::format("{} needs a value: {} {}", name, name, text.value);
}

}  // namespace

std::string value_error(const CLI::Option& option, const std::string& given, std::string problem) {
  OptionText text = text_of(option);
  if (!text.words.empty()) {
    std::string meant = nearest(given, text.words);
    return fmt::format("no '{}'{}; there are: {}", given,
                       meant.empty() ? "" : " (did you mean " + meant + "?)",
                       fmt::join(text.words, ", "));
  }
  if (problem.starts_with(conversion)) return fmt::format("'{}' is not a number", given);
  if (problem.starts_with("Value ")) problem[0] = 'v';
  return problem;
}

std::string usage_error(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App& command = called_command(program);
  // CLI11 finds what is missing before what is too much, but a slip in a name explains both.
  for (const CLI::App* one : {&program, &command}) {
    std::vector<std::string> rest = one->remaining();
    if (!rest.empty()) return leftover(*one, rest[0]);
  }
  std::string message = error.what();
  if (dynamic_cast<const CLI::ConfigError*>(&error)) {
    return fmt::format("{}", fmt::join(CLI::detail::split(message, '\n'), "\nerror: "));
  }
  const CLI::Option* option = named_option(command, message);
  if (!option) return fmt::format("{}: {}", message, see_help(command));
  if (dynamic_cast<const CLI::RequiredError*>(&error)) {
    return fmt::format("{} is missing: {} {}", text_of(*option).names.back(), full_name(command),
                       synopsis(command));
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error)) return wrong_count(*option);
  if (dynamic_cast<const CLI::ValidationError*>(&error) ||
      dynamic_cast<const CLI::ConversionError*>(&error)) {
    return bad_value(*option, message);
  }
  return message;
}

}  // namespace bowline::cli
