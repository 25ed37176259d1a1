// The options of `bowline serve`, from the command line and a configuration file.
#pragma once

#include "bowline/services/service.h"
#include "cli/auth_options.h"
#include "cli/server_command_options.h"

#include <string>

namespace bowline::cli {

struct ServeOptions : ServerCommandOptions {
  std::string service = "echo";
  ServiceOptions given;
  Duration spin = automatic_spin;
  int backlog = ListenOptions().backlog;
  ServerAuthOptions auth;
  Framing framing;
};

// `options` must outlive the parse.
void add_serve_options(CLI::App& command, ServeOptions& options);

}  // namespace bowline::cli
