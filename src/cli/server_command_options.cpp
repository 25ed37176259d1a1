#include "cli/server_command_options.h"

#include "cli/limit_options.h"
#include "cli/option_values.h"

#include <CLI/CLI.hpp>
#include <map>

namespace bowline::cli {
namespace {

void add_loops(CLI::App& command, ServerCommandOptions& options) {
  command
      .add_option("-t,--threads", options.threads,
                  "Loops, each with a thread (default: one for each core)")
      ->check(CLI::Range(1u, 1024u));
  command.add_option("--backend", options.backend, "How to talk to the kernel (default: the best)")
      ->check(CLI::IsMember({"io_uring", "epoll"}));
}

void add_log(CLI::App& command, ServerCommandOptions& options) {
  command.add_option("--log", options.log, "How events are told on stderr")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, LogFormat>{{"text", LogFormat::text}, {"json", LogFormat::json}}));
  command.add_flag("-q,--quiet", options.quiet, "Tell no events");
}

}  // namespace

void add_server_options(CLI::App& command, ServerCommandOptions& options) {
  add_loops(command, options);
  add_tls_options(command, options.tls);
  add_websocket_options(command, options.websocket);
  add_proxies(command, options.proxies);
  add_limit_options(command, options.limits);
  add_admin_options(command, options.admin);
  add_supervision_options(command, options.supervision);
  add_log(command, options);
  add_config(command, options.config);
  command
      .add_flag("--check", options.check,
                "Look for mistakes in all of this, and in the files that are named, and exit")
      ->configurable(false);
}

ServerOptions server_options_of(const ServerCommandOptions& options) {
  ServerOptions server;
  server.threads = options.threads;
  server.backend = options.backend;
  server.limits = options.limits;
  server.observe = options.admin.any();
  server.open.websocket = options.websocket;
  server.open.proxies = options.proxies;
  return server;
}

}  // namespace bowline::cli
