// bowline completion bash: a script that completes commands, options and their values in the shell,
// made from the definition of the commands, so it knows what they know.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace bowline::cli {

void define_completion(CLI::App& app, int& exit_code);

// The script for bash(1); it needs nothing else, bash-completion included.
std::string bash_completion(const CLI::App& program);

}  // namespace bowline::cli
