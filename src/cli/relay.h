// bowline relay: carries connections on to other servers, and balances between them.
#pragma once

namespace CLI {
class App;
}

namespace bowline::cli {

void define_relay(CLI::App& app, int& exit_code);

}  // namespace bowline::cli
