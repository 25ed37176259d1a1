// bowline user: the users of a server and their passwords, in a file that holds only hashes.
#pragma once

namespace CLI {
class App;
}

namespace bowline::cli {

void define_user(CLI::App& app, int& exit_code);

}  // namespace bowline::cli
