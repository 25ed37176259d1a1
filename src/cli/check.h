// bowline check URL: goes to a server step by step, tells how each went and how long it took, and
// explains the first that fails.
#pragma once

namespace CLI {
class App;
}

namespace bowline::cli {

void define_check(CLI::App& app, int& exit_code);

}  // namespace bowline::cli
