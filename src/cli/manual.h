// bowline manual [COMMAND]: the manual pages in the language of man(1), made from the definition of
// the commands, so they say what --help says.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace bowline::cli {

void define_manual(CLI::App& app, int& exit_code);

// The page of the program, or of one of its commands, in the macros of man(7). `version` is shown
// in its foot.
std::string manual_page(const CLI::App& command, const std::string& version);

}  // namespace bowline::cli
