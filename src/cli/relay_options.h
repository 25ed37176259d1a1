// The options of `bowline relay`, from the command line and a configuration file.
#pragma once

#include "bowline/services/upstreams.h"
#include "cli/server_command_options.h"

#include <string>
#include <vector>

namespace bowline::cli {

struct RelayingOptions : ServerCommandOptions {
  std::vector<std::string> upstreams;
  std::string upstream_file;
  UpstreamOptions balancing;
  ClientTlsOptions upstream_tls;
};

// `options` must outlive the parse.
void add_relay_options(CLI::App& command, RelayingOptions& options);
// Those that `bowline relay` shares with no other command: how to get to upstreams over TLS.
void add_upstream_tls(CLI::App& command, ClientTlsOptions& options);

}  // namespace bowline::cli
