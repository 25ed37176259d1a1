// bowline serve SERVICE: a server at the command line.
#pragma once

namespace CLI {
class App;
}

namespace bowline::cli {

void define_serve(CLI::App& app, int& exit_code);

}  // namespace bowline::cli
