// bowline sockets: the sockets of this host with the processes that hold them, as `ss -tunap` and
// `lsof -i` show them; or the connections of one server, as that tells of them.
#pragma once

namespace CLI {
class App;
}

namespace bowline::cli {

void define_sockets(CLI::App& app, int& exit_code);

}  // namespace bowline::cli
