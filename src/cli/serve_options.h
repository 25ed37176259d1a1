// The options of `bowline serve`, from the command line and a configuration file.
#pragma once

#include "bowline/services/service.h"
#include "cli/admin_options.h"
#include "cli/auth_options.h"
#include "cli/config_file.h"
#include "cli/event_log.h"
#include "cli/secure_options.h"
#include "cli/supervision.h"

#include <string>
#include <vector>

namespace bowline::cli {

struct ServeOptions {
  std::string service = "echo";
  ServiceOptions given;
  std::vector<std::string> urls;
  unsigned threads = 0;
  std::string backend;
  Duration spin = automatic_spin;
  int backlog = ListenOptions().backlog;
  ServerTlsOptions tls;
  ServerAuthOptions auth;
  WebSocketSettings websocket;
  Framing framing;
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

// `options` must outlive the parse.
void add_serve_options(CLI::App& command, ServeOptions& options);

}  // namespace bowline::cli
