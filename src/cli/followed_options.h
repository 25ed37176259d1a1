// The options of a server that runs, as it follows its configuration file: at SIGHUP that is read
// again, what can be taken up meanwhile is, and the log says what was, and what waits for a
// restart.
#pragma once

#include "cli/config_file.h"
#include "cli/event_log.h"

#include <functional>
#include <string>

namespace bowline::cli {

// The names of the options that `add` adds.
OptionNames names_added(const std::function<void(CLI::App& command)>& add);
template <class Options>
OptionNames names_added(void (*add)(CLI::App& command, Options& options)) {
  Options options;
  return names_added([&](CLI::App& command) { add(command, options); });
}

class FollowedOptions {
 public:
  // `values` are those that the server began with, as texts.
  FollowedOptions(ConfigFile config, OptionValues values)
      : config_(std::move(config)), values_(std::move(values)) {}

  // Is there a file to follow?
  bool any() const { return !config_.path.empty(); }
  // Parses what the server began with, and the file as it is by now, into the options of `command`.
  // False when there are mistakes, which are logged.
  bool read_again(CLI::App& command, LogFormat log) const;
  // The server has taken up the options that are `followed`, as far as they differ in `wanted`.
  void follow(const OptionValues& wanted, const OptionNames& followed, LogFormat log);

 private:
  ConfigFile config_;
  OptionValues values_;
};

// Mistakes, one a line, for which all stays as it was.
void log_mistakes(const std::string& mistakes, LogFormat log);

}  // namespace bowline::cli
