// bowline cert NAME...: certificates for development, from an authority of one's own.
#pragma once

namespace CLI {
class App;
}

namespace bowline::cli {

void define_cert(CLI::App& app, int& exit_code);

}  // namespace bowline::cli
