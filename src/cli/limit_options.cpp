#include "cli/limit_options.h"

#include "cli/option_values.h"

#include <CLI/CLI.hpp>

namespace bowline::cli {

void add_limit_options(CLI::App& command, ServerLimits& limits) {
  command
      .add_option("--max-connections", limits.connections_max,
                  "Connections at a time; those beyond wait until one ends (default: 100000)")
      ->check(CLI::PositiveNumber);
  command
      .add_option("--max-per-address", limits.connections_per_address_max,
                  "Connections at a time from one address, of IPv6 from one /64; those beyond are "
                  "closed at once (default: 20000)")
      ->check(CLI::PositiveNumber);
  add_duration(command, "--handshake-timeout", limits.handshake_timeout, false,
               "How long a client may take for TLS, and for each head of HTTP (default: 10s)");
  add_duration_action(
      command, "--idle-timeout",
      [&limits](Duration limit) { limits.idle_timeout = limit > Duration() ? limit : forever; },
      "How long a connection may be silent in both directions; 0: for ever (default: 1h)");
  add_duration(command, "--drain-timeout", limits.drain_timeout, true,
               "How long connections that are busy may go on after SIGTERM or Ctrl-C; a second "
               "one ends them at once (default: 10s)");
  command
      .add_option("--output-max", limits.output_max,
                  "Bytes that the system may hold for a client that is slow to read; then writing "
                  "waits (default: as it sees fit)")
      ->check(CLI::PositiveNumber);
}

}  // namespace bowline::cli
