#include "cli/config_file.h"

#include "bowline/auth/secret_file.h"
#include "cli/option_text.h"
#include "cli/suggest.h"
#include "cli/usage_error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>
#include <tuple>

namespace bowline::cli {
namespace {

// The kinds of values that options have, as the help names them.
bool is_flag(const OptionText& option) {
  return option.value.empty();
}
bool is_number(const OptionText& option) {
  return option.value == "N";
}
// With a unit, or an integer.
bool is_quantity(const OptionText& option) {
  return option.value == "DURATION" || option.value == "BYTES" || option.value == "COUNT";
}
bool is_file(const OptionText& option) {
  return option.value == "FILE" || option.value == "PATH";
}

std::string_view wanted(const OptionText& option) {
  if (is_flag(option)) return "true or false";
  if (is_number(option)) return "an integer";
  if (option.value == "DURATION") return "a string such as \"10s\", or whole seconds";
  if (is_quantity(option)) return "an integer, or a string such as \"2M\"";
  return option.repeats ? "a string, or an array of strings" : "a string";
}

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number with a point";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::table:
      return "a table";
    default:
      return "a date or time";
  }
}

// What `node` would be on the command line; nothing when it is not of the kind that `option` takes.
std::optional<std::string> command_line_text(const OptionText& option, const toml::node& node) {
  if (is_flag(option)) {
    if (!node.is_boolean()) return std::nullopt;
    return **node.as_boolean() ? "true" : "false";
  }
  if (node.is_integer() && (is_number(option) || is_quantity(option))) {
    return std::to_string(**node.as_integer());
  }
  if (node.is_string() && !is_number(option)) return **node.as_string();
  return std::nullopt;
}

// Why `text` is no value of `option`; empty when it is one.
std::string value_problem(CLI::Option& option, const std::string& text) {
  if (text.find('\0') != std::string::npos) return "a string may not hold the character 0";
  std::string checked = text;
  try {
    for (int index = 0;; ++index) {
      std::string problem = (*option.get_validator(index))(checked);
      if (!problem.empty()) return value_error(option, text, problem);
    }
  } catch (const CLI::OptionNotFound&) {  // that was the last one
    return {};
  }
}

// "Error while parsing boolean: expected 'true', saw 'tru'" says what it was doing, which is no
// news, and may hold the end of a line.
std::string syntax_problem(const toml::parse_error& error) {
  std::string text(error.description());
  constexpr std::string_view opening = "Error while parsing ";
  std::size_t colon = text.find(": ");
  if (text.starts_with(opening) && colon != std::string::npos) text.erase(0, colon + 2);
  for (std::size_t at; (at = text.find('\n')) != std::string::npos;) text.replace(at, 1, " ");
  constexpr std::string_view twice = "cannot redefine existing ";
  if (text.starts_with(twice)) {
    return fmt::format("{} is there already", text.substr(text.find('\'')));
  }
  return text + "; a line is NAME = VALUE, with strings in quotes: log = \"json\"";
}

class Reader {
 public:
  Reader(CLI::App& command, ConfigFile& config)
      : command_(command),
        config_(config),
        folder_(std::filesystem::path(config.path).parent_path()) {}

  void read(std::string_view text);

 private:
  struct Mistake {
    toml::source_position at;
    std::string text;
  };

  toml::table parsed(std::string_view text) const;
  void take(const toml::key& key, const toml::node& node);
  void take_value(CLI::Option& option, const OptionText& text, const toml::node& node);
  CLI::Option* option_of(std::string_view key) const;
  std::string unknown(const toml::key& key) const;
  std::string place(toml::source_position at) const {
    return fmt::format("{}:{}:{}", config_.path, at.line, at.column);
  }
  void tell(const toml::source_region& where, std::string text) {
    mistakes_.push_back({where.begin, std::move(text)});
  }

  CLI::App& command_;
  ConfigFile& config_;
  std::filesystem::path folder_;
  std::vector<Mistake> mistakes_;
};

void Reader::read(std::string_view text) {
  toml::table table = parsed(text);
  for (auto&& [key, node] : table) take(key, node);
  if (mistakes_.empty()) return;
  std::sort(mistakes_.begin(), mistakes_.end(), [](const Mistake& left, const Mistake& right) {
    return std::tie(left.at.line, left.at.column) < std::tie(right.at.line, right.at.column);
  });
  std::vector<std::string> lines;
  for (const Mistake& mistake : mistakes_) {
    lines.push_back(fmt::format("{}: {}", place(mistake.at), mistake.text));
  }
  throw CLI::ConfigError(fmt::format("{}", fmt::join(lines, "\n")));
}

toml::table Reader::parsed(std::string_view text) const {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw CLI::ConfigError(
        fmt::format("{}: {}", place(error.source().begin), syntax_problem(error)));
  }
}

// One entry. What the command line gives too is only looked up.
void Reader::take(const toml::key& key, const toml::node& node) {
  CLI::Option* option = option_of(key.str());
  if (node.is_table())
    return tell(key.source(), fmt::format("'{}' is a table; options stand in none", key.str()));
  if (!option) return tell(key.source(), unknown(key));
  if (!option->empty()) return;
  OptionText text = text_of(*option);
  std::size_t mistakes_before = mistakes_.size();
  if (const toml::array* array = node.as_array(); array && text.repeats) {
    for (const toml::node& one : *array) take_value(*option, text, one);
  } else {
    take_value(*option, text, node);
  }
  if (mistakes_.size() > mistakes_before || option->empty()) return;
  try {
    option->run_callback();
  } catch (const CLI::ParseError& error) {
    tell(node.source(), fmt::format("{}: {}", key.str(),
                                    value_error(*option, option->results().back(), error.what())));
  }
}

void Reader::take_value(CLI::Option& option, const OptionText& text, const toml::node& node) {
  const std::string& name = option.get_single_name();
  std::optional<std::string> value = command_line_text(text, node);
  if (!value) {
    return tell(node.source(),
                fmt::format("{} takes {}, not {}", name, wanted(text), kind_of(node)));
  }
  if (std::string problem = value_problem(option, *value); !problem.empty()) {
    return tell(node.source(), fmt::format("{}: {}", name, problem));
  }
  if (is_file(text) && !value->empty()) value = (folder_ / *value).string();
  option.add_result(*value);
  config_.values[name].push_back({*value, place(node.source().begin)});
}

CLI::Option* Reader::option_of(std::string_view key) const {
  for (CLI::Option* option : command_.get_options()) {
    if (option->get_configurable() && option->get_single_name() == key) return option;
  }
  return nullptr;
}

std::string Reader::unknown(const toml::key& key) const {
  std::vector<std::string> names;
  for (const CLI::Option* option : command_.get_options()) {
    if (option->get_configurable()) names.push_back(option->get_single_name());
  }
  std::string meant = nearest(key.str(), names);
  return fmt::format("there is no option '{}'; {}", key.str(),
                     meant.empty() ? "see " + full_name(command_) + " --help"
                                   : fmt::format("did you mean '{}'?", meant));
}

}  // namespace

OptionValues values_of(const CLI::App& command) {
  OptionValues values;
  for (const CLI::Option* option : command.get_options()) {
    if (!option->empty()) values[option->get_single_name()] = option->results();
  }
  return values;
}

void parse_again(CLI::App& command, const OptionValues& values) {
  for (CLI::Option* option : command.get_options()) {
    auto given = values.find(option->get_single_name());
    if (given != values.end()) option->add_result(given->second);
  }
  // Of an empty command line: the values stay that are there before the first one.
  command.parse(std::vector<std::string>());
}

std::string ConfigFile::place(const OptionNames& options, std::string_view message) const {
  const Value* found = nullptr;
  for (const auto& [name, given] : values) {
    if (!options.contains(name)) continue;
    for (const Value& value : given) {
      if (message.find(value.text) != std::string_view::npos) return value.place + ": ";
      if (!found) found = &value;
    }
  }
  return found ? found->place + ": " : std::string();
}

void ConfigFile::try_load(const OptionNames& options, std::vector<Error>& mistakes,
                          const std::function<void()>& load) const {
  try {
    load();
  } catch (const Error& error) {
    mistakes.emplace_back(error.code(), place(options, error.what()) + error.what());
  }
}

void add_config(CLI::App& command, ConfigFile& config) {
  auto read = [&command, &config](const std::string& path) {
    config.path = path;
    config.command_line = values_of(command);
    Result<std::string> text = read_secret_file(path, "options", FileSecrecy::open_to_all);
    if (!text) throw CLI::ConfigError(text.error().what());
    Reader(command, config).read(*text);
  };
  command
      .add_option_function<std::string>(
          "--config", read,
          "A file with more of these options, in TOML: max-connections = 1000; what the command "
          "line gives wins")
      ->configurable(false)
      ->type_name("FILE");
}

}  // namespace bowline::cli
