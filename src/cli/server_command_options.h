// The options that `serve` and `relay` have in common: how a server of the command runs, whom it
// lets in, and what it may cost.
#pragma once

#include "cli/admin_options.h"
#include "cli/config_file.h"
#include "cli/event_log.h"
#include "cli/secure_options.h"
#include "cli/supervision.h"

#include <string>
#include <vector>

namespace bowline::cli {

struct ServerCommandOptions {
  std::vector<std::string> urls;
  unsigned threads = 0;
  std::string backend;
  ServerTlsOptions tls;
  WebSocketSettings websocket;
  std::vector<AddressRange> proxies;
  ServerLimits limits;
  AdminSettings admin;
  SupervisionOptions supervision;
  LogFormat log = LogFormat::text;
  bool quiet = false;
  bool check = false;
  ConfigFile config;

  LogFormat log_format() const { return quiet ? LogFormat::none : log; }
};

// All but where to listen. `options` must outlive the parse.
void add_server_options(CLI::App& command, ServerCommandOptions& options);

// What a Server needs of it.
ServerOptions server_options_of(const ServerCommandOptions& options);

}  // namespace bowline::cli
