#include "cli/option_text.h"

#include "bowline/services/service.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

namespace bowline::cli {
namespace {

constexpr std::size_t shown_words_max = 4;

std::vector<std::string> service_names() {
  std::vector<std::string> names;
  for (const Service& service : services()) names.emplace_back(service.name);
  return names;
}

std::vector<std::string> no_words() {
  return {};
}

// Validators are known by name; those that accept a list of words say here which.
struct KnownValue {
  const char* validator;
  std::vector<std::string> (*words)();
};

constexpr KnownValue known_values[] = {
    {"SERVICE", service_names}, {"URL", no_words}, {"STATE", no_words},
    {"DURATION", no_words},     {"N", no_words},
};

bool has_validator(const CLI::Option& option, const std::string& name) {
  try {
    // Only looked up; CLI11 has no constant way to do so.
    return const_cast<CLI::Option&>(option).get_validator(name) != nullptr;
  } catch (const CLI::OptionNotFound&) {
    return false;
  }
}

const KnownValue* known_value(const CLI::Option& option) {
  for (const KnownValue& known : known_values) {
    if (has_validator(option, known.validator)) return &known;
  }
  return nullptr;
}

// CLI11 shows the words of an enumeration as "TEXT:{text,json}", of a transformed one as
// "ENUM:value in {text->0,json->1} OR {0,1}".
std::vector<std::string> enumerated_words(const std::string& type) {
  std::size_t begin = type.find('{');
  std::size_t end = type.find('}', begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  std::vector<std::string> words = CLI::detail::split(type.substr(begin + 1, end - begin - 1), ',');
  for (std::string& word : words) word = word.substr(0, word.find("->"));
  return words;
}

std::string capitals(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// "INT in [1 - 9]" and "UINT:..." are a number to whoever types it.
std::string plain_type(const std::string& type) {
  std::string name = type.substr(0, type.find_first_of(": "));
  return name == "INT" || name == "UINT" || name == "FLOAT" ? "N" : name;
}

std::string value_name(const CLI::Option& option, const std::vector<std::string>& words) {
  if (option.get_items_expected_max() == 0) return {};
  if (const KnownValue* known = known_value(option)) return known->validator;
  if (words.empty()) return plain_type(option.get_type_name());
  if (words.size() > shown_words_max) return "WORD";
  return fmt::format("{}", fmt::join(words, "|"));
}

std::vector<OptionText> texts(const CLI::App& command, bool arguments) {
  auto wanted = [arguments](const CLI::Option* option) {
    return option->get_positional() == arguments && !option->get_group().empty();
  };
  std::vector<OptionText> found;
  for (const CLI::Option* option : command.get_options(wanted)) found.push_back(text_of(*option));
  // What every command has is of the least interest.
  std::stable_partition(found.begin(), found.end(), [](const OptionText& text) {
    return text.names.back() != "--help" && text.names.back() != "--version";
  });
  return found;
}

// "examples:" and "exit status: 0 done" open a section, "Of two lines: one." does not.
bool is_heading(std::string_view line) {
  std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  return std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == ' '; }) &&
         line[0] != ' ';
}

}  // namespace

std::string OptionText::joined_names() const {
  return fmt::format("{}", fmt::join(names, ", "));
}

OptionText text_of(const CLI::Option& option) {
  OptionText text;
  for (const std::string& name : option.get_snames()) text.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) text.names.push_back("--" + name);
  if (text.names.empty()) text.names.push_back(capitals(option.get_name(true)));
  const KnownValue* known = known_value(option);
  text.words = known ? known->words() : enumerated_words(option.get_type_name());
  text.value = value_name(option, text.words);
  text.description = option.get_description();
  text.required = option.get_required();
  text.repeats = option.get_expected_max() > 1;
  return text;
}

std::vector<OptionText> options_of(const CLI::App& command) {
  return texts(command, false);
}

std::vector<OptionText> arguments_of(const CLI::App& command) {
  return texts(command, true);
}

std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  return parent ? full_name(*parent) + " " + command.get_name() : command.get_name();
}

std::string synopsis(const CLI::App& command) {
  std::string text = "[OPTIONS]";
  if (!commands_of(command).empty()) text += " COMMAND";
  for (const OptionText& argument : arguments_of(command)) {
    std::string name = argument.names[0] + (argument.repeats ? "..." : "");
    text += argument.required ? " " + name : " [" + name + "]";
  }
  return text;
}

std::string summary_of(const CLI::App& command) {
  std::string text = command.get_description();
  return text.substr(0, text.find('\n'));
}

std::string details_of(const CLI::App& command) {
  std::string text = command.get_description();
  std::size_t begin = text.find_first_not_of('\n', text.find('\n'));
  return begin == std::string::npos ? std::string() : text.substr(begin);
}

std::vector<const CLI::App*> commands_of(const CLI::App& program) {
  return program.get_subcommands(
      [](const CLI::App* command) { return !command->get_name().empty(); });
}

std::vector<Section> sections_of(std::string_view footer) {
  std::vector<Section> sections;
  bool open = false;
  while (!footer.empty()) {
    std::size_t end = std::min(footer.find('\n'), footer.size());
    std::string_view line = footer.substr(0, end);
    footer.remove_prefix(std::min(end + 1, footer.size()));
    if (line.empty()) {
      open = false;
    } else if (is_heading(line)) {
      std::size_t colon = line.find(':');
      sections.push_back({std::string(line.substr(0, colon)), {}});
      std::string_view rest = line.substr(colon + 1);
      rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
      if (!rest.empty()) sections.back().lines.emplace_back(rest);
      open = true;
    } else {
      if (!open) sections.push_back({});
      sections.back().lines.emplace_back(line);
      open = true;
    }
  }
  return sections;
}

}  // namespace bowline::cli
