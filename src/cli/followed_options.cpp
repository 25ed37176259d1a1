#include "cli/followed_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <map>
#include <vector>

namespace bowline::cli {
namespace {

OptionNames names_that_differ(const OptionValues& left, const OptionValues& right) {
  std::multimap<std::string, std::vector<std::string>> differing;
  std::set_symmetric_difference(left.begin(), left.end(), right.begin(), right.end(),
                                std::inserter(differing, differing.end()));
  OptionNames names;
  for (const auto& [name, values] : differing) names.insert(name);
  return names;
}

}  // namespace

OptionNames names_added(const std::function<void(CLI::App& command)>& add) {
  CLI::App command;
  add(command);
  OptionNames names;
  for (const CLI::Option* option : command.get_options()) names.insert(option->get_single_name());
  return names;
}

bool FollowedOptions::read_again(CLI::App& command, LogFormat log) const {
  try {
    parse_again(command, config_.command_line);
    return true;
  } catch (const CLI::ParseError& error) {
    log_mistakes(error.what(), log);
    return false;
  }
}

void FollowedOptions::follow(const OptionValues& wanted, const OptionNames& followed,
                             LogFormat log) {
  std::vector<std::string> changed;
  std::vector<std::string> left;
  for (const std::string& name : names_that_differ(values_, wanted)) {
    (followed.contains(name) ? changed : left).push_back(name);
  }
  for (const std::string& name : changed) {
    values_.erase(name);
    if (auto value = wanted.find(name); value != wanted.end()) values_.insert(*value);
  }
  auto named = [](const auto& names) { return fmt::format("options {}", fmt::join(names, ", ")); };
  if (!changed.empty()) log_reload(named(changed), std::string(), log);
  if (!left.empty()) log_reload(named(left), "a change takes a restart", log);
  if (changed.empty() && left.empty()) log_reload("options", std::string(), log);
}

void log_mistakes(const std::string& mistakes, LogFormat log) {
  for (const std::string& mistake : CLI::detail::split(mistakes, '\n')) {
    log_reload("options", mistake, log);
  }
}

}  // namespace bowline::cli
