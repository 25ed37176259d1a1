// bowline bench URL: loads a server that echoes, checks every byte that comes back, and tells how
// many messages passed and how long they took.
#pragma once

namespace CLI {
class App;
}

namespace bowline::cli {

void define_bench(CLI::App& app, int& exit_code);

}  // namespace bowline::cli
