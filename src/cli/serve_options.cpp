#include "cli/serve_options.h"

#include "bowline/services/service.h"
#include "cli/framing_option.h"
#include "cli/limit_options.h"
#include "cli/option_values.h"
#include "cli/queue_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

namespace bowline::cli {
namespace {

CLI::Validator known_service() {
  CLI::Validator validator;
  validator.operation([](std::string& name) {
    if (find_service(name)) return std::string();
    std::string known;
    for (const Service& service : services()) known += fmt::format(" {}", service.name);
    return fmt::format("there is no service '{}'; there are:{}", name, known);
  });
  return validator.name("SERVICE");
}

void add_places(CLI::App& command, ServeOptions& options) {
  command
      .add_option(
          "-l,--listen", options.urls,
          "Where to listen: tcp://HOST:PORT, HOST:PORT, :PORT (all interfaces), tls://HOST:PORT, "
          "ws://HOST:PORT, wss://HOST:PORT, any://HOST:PORT (all of these), unix:/PATH, "
          "unix:@NAME, ws+unix:/PATH, udp://HOST:PORT, unixgram:/PATH or unixgram:@NAME; port 0 is "
          "any that is free; may be given several times")
      ->check(url_value());
}

void add_loops(CLI::App& command, ServeOptions& options) {
  command
      .add_option("-t,--threads", options.threads,
                  "Loops, each with a thread (default: one for each core)")
      ->check(CLI::Range(1u, 1024u));
  command.add_option("--backend", options.backend, "How to talk to the kernel (default: the best)")
      ->check(CLI::IsMember({"io_uring", "epoll"}));
  add_duration(command, "--spin", options.spin, true,
               "How long to look for events before sleeping, while they come often; 0 never "
               "(default: 50us where there are two cores or more)");
  command.add_option("--backlog", options.backlog, "Connections that may wait to be accepted")
      ->check(CLI::Range(0, 65535));
}

void add_log(CLI::App& command, ServeOptions& options) {
  command.add_option("--log", options.log, "How events are told on stderr")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, LogFormat>{{"text", LogFormat::text}, {"json", LogFormat::json}}));
  command.add_flag("-q,--quiet", options.quiet, "Tell no events");
}

}  // namespace

void add_serve_options(CLI::App& command, ServeOptions& options) {
  command.add_option("service", options.service, "What to serve (default: echo)")
      ->check(known_service());
  add_places(command, options);
  add_loops(command, options);
  add_tls_options(command, options.tls);
  add_auth_options(command, options.auth);
  add_websocket_options(command, options.websocket);
  add_framing_option(command, options.framing);
  add_proxies(command, options.proxies);
  add_limit_options(command, options.limits);
  add_queue_options(command, options.given.topics.queue);
  add_admin_options(command, options.admin);
  add_supervision_options(command, options.supervision);
  add_log(command, options);
  add_config(command, options.config);
  command
      .add_flag("--check", options.check,
                "Look for mistakes in all of this, and in the files that are named, and exit")
      ->configurable(false);
}

}  // namespace bowline::cli
