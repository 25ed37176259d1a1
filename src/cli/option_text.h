// The options and arguments of a command as texts, read from its CLI::App: what help, the manual
// and the completion show, so that all three say the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace bowline::cli {

struct OptionText {
  std::vector<std::string> names;  // "-l", "--listen"; one in capitals for an argument: "URL"
  std::string value;               // what follows the name: "URL", "text|json"; empty for a flag
  std::vector<std::string> words;  // the values that are accepted, when that is a list of words
  std::string description;
  bool required = false;
  bool repeats = false;

  std::string joined_names() const;  // "-l, --listen"
};

std::vector<OptionText> options_of(const CLI::App& command);
std::vector<OptionText> arguments_of(const CLI::App& command);
OptionText text_of(const CLI::Option& option);

// "bowline connect", and "[OPTIONS] URL" of how to call it.
std::string full_name(const CLI::App& command);
std::string synopsis(const CLI::App& command);
// The first line of a command's description, and what follows it.
std::string summary_of(const CLI::App& command);
std::string details_of(const CLI::App& command);
std::vector<const CLI::App*> commands_of(const CLI::App& program);

// A part of a command's footer: "examples:" with indented lines, "exit status: 0 done, ...", or a
// paragraph, which has no heading.
struct Section {
  std::string heading;
  std::vector<std::string> lines;
};
std::vector<Section> sections_of(std::string_view footer);

}  // namespace bowline::cli
