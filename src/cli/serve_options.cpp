#include "cli/serve_options.h"

#include "bowline/services/service.h"
#include "cli/framing_option.h"
#include "cli/option_values.h"
#include "cli/queue_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

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
      ->allow_extra_args(false)
      ->check(url_value());
}

void add_waiting(CLI::App& command, ServeOptions& options) {
  add_duration(command, "--spin", options.spin, true,
               "How long to look for events before sleeping, while they come often; 0 never "
               "(default: 50us where there are two cores or more)");
  command.add_option("--backlog", options.backlog, "Connections that may wait to be accepted")
      ->check(CLI::Range(0, 65535));
}

}  // namespace

void add_serve_options(CLI::App& command, ServeOptions& options) {
  command.add_option("service", options.service, "What to serve (default: echo)")
      ->check(known_service());
  add_places(command, options);
  add_waiting(command, options);
  add_auth_options(command, options.auth);
  add_queue_options(command, options.given.topics.queue);
  add_server_options(command, options);
  add_framing_option(command, options.framing);
}

}  // namespace bowline::cli
