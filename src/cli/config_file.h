// The option --config FILE: a TOML file with other options of the command, `threads = 2` for
// --threads 2. What the command line gives wins. All mistakes are told at once, with their places.
#pragma once

#include "bowline/base/error.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace bowline::cli {

// Options by their long names, without dashes; an argument ("service") by its own.
using OptionNames = std::set<std::string>;
using OptionValues = std::map<std::string, std::vector<std::string>>;

// What the options of `command` were given, wherever that was.
OptionValues values_of(const CLI::App& command);
// Gives `command`, which was not parsed before, a command line with these. Throws as parse() does.
void parse_again(CLI::App& command, const OptionValues& values);

struct ConfigFile {
  struct Value {
    std::string text;
    std::string place;  // "FILE:LINE:COLUMN"
  };

  std::string path;                                  // empty: none was given
  OptionValues command_line;                         // what that gave, to parse it again
  std::map<std::string, std::vector<Value>> values;  // what the file gave

  // Where the file says what `message` is about, which is one of `options`: the value that it
  // names, else the first one. "FILE:LINE:COLUMN: ", or nothing when none of them is in the file.
  std::string place(const OptionNames& options, std::string_view message) const;
  // Calls `load`. An Error that it throws, about one of `options`, joins `mistakes` with its place.
  void try_load(const OptionNames& options, std::vector<Error>& mistakes,
                const std::function<void()>& load) const;
};

// Adds the option; `config` must outlive the parse. That throws CLI::ConfigError with a line for
// each mistake. Files that the file names are sought in its own folder.
void add_config(CLI::App& command, ConfigFile& config);

}  // namespace bowline::cli
