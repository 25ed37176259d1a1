// bowline connect URL: talks to a server. Standard input goes to the peer, what the peer sends goes
// to standard output, and nothing else does when that is no terminal.
#pragma once

namespace CLI {
class App;
}

namespace bowline::cli {

void define_connect(CLI::App& app, int& exit_code);

}  // namespace bowline::cli
