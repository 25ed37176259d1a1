#include "cli/completion.h"

#include "cli/option_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <vector>

namespace bowline::cli {
namespace {

constexpr const char* notes =
    "examples:\n"
    "  source <(bowline completion bash)\n"
    "  bowline completion bash > ~/.local/share/bash-completion/completions/bowline\n"
    "\nexit status: 0 done, 2 usage\n";

// The beginning of the function: which command is meant, and which option waits for its value. bash
// cuts words at "=" and ":" too, so "--log=json" comes as three.
constexpr const char* opening = R"(# bash completion for bowline; made by: bowline completion bash
_bowline() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      COMMANDS) command=$word; break ;;
    esac
  done
  if [[ $cur == '=' ]]; then
    cur=
  elif [[ $prev == '=' ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  if [[ $prev == ':' && ${COMP_WORDS[COMP_CWORD-2]} == unix ]]; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    return
  fi
  case $command:$prev in
)";

constexpr const char* closing = R"(  esac
}
complete -F _bowline bowline
)";

// What a word of a URL can begin with; the path of a Unix socket is completed as a file.
std::vector<std::string> url_beginnings() {
  return {"tcp://", "unix:", "localhost:"};
}

std::string words_line(const std::vector<std::string>& words) {
  return fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$cur\"))", fmt::join(words, " "));
}

bool is_url(const OptionText& text) {
  return text.value == "URL" || text.names[0] == "URL";
}

// How the value of `text` is completed; nothing when it is free.
std::string value_line(const OptionText& text) {
  if (is_url(text)) return "compopt -o nospace; " + words_line(url_beginnings());
  if (!text.words.empty()) return words_line(text.words);
  if (text.value == "FILE" || text.value == "PATH") {
    return "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")";
  }
  return {};
}

std::string value_cases(const CLI::App& command) {
  std::string text;
  for (const OptionText& option : options_of(command)) {
    if (option.value.empty()) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : option.names) {
      patterns.push_back(fmt::format("{}:{}", command.get_name(), name));
    }
    std::string line = value_line(option);
    text += fmt::format("    {}) {}return ;;\n", fmt::join(patterns, " | "),
                        line.empty() ? "" : line + "; ");
  }
  return text;
}

// After the options come the arguments: those of `command`, or for the program the commands.
std::string word_case(const CLI::App& command, const std::string& name) {
  std::vector<std::string> options;
  for (const OptionText& option : options_of(command)) options.push_back(option.names.back());
  std::string arguments;
  std::vector<std::string> commands;
  for (const CLI::App* one : commands_of(command)) commands.push_back(one->get_name());
  if (!commands.empty()) arguments = words_line(commands);
  for (const OptionText& argument : arguments_of(command)) {
    if (arguments.empty()) arguments = value_line(argument);
  }
  return fmt::format("    {}:-*) {} ;;\n    {}:*) {} ;;\n", name, words_line(options), name,
                     arguments.empty() ? ":" : arguments);
}

}  // namespace

std::string bash_completion(const CLI::App& program) {
  std::vector<std::string> names;
  std::string values = value_cases(program);
  std::string words;
  for (const CLI::App* command : commands_of(program)) {
    names.push_back(command->get_name());
    values += value_cases(*command);
    words += word_case(*command, command->get_name());
  }
  std::string script = opening;
  std::string_view mark = "COMMANDS";
  script.replace(script.find(mark), mark.size(), fmt::format("{}", fmt::join(names, " | ")));
  script += values + "  esac\n  case $command:$cur in\n";
  script += words + word_case(program, "") + closing;
  return script;
}

void define_completion(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "completion", "Print a script for the shell that completes commands and options");
  auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "Which shell")->required()->check(CLI::IsMember({"bash"}));
  command->footer(notes);
  command->callback([&app, &exit_code, shell] {
    std::string script = bash_completion(app);
    std::fwrite(script.data(), 1, script.size(), stdout);
    exit_code = 0;
  });
}

}  // namespace bowline::cli
