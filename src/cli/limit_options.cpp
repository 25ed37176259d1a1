#include "cli/limit_options.h"

#include "cli/option_values.h"

#include <CLI/CLI.hpp>

namespace bowline::cli {
namespace {

constexpr std::size_t count_limit = std::size_t(1) << 30;

}  // namespace

void add_limit_options(CLI::App& command, ServerLimits& limits) {
  command
      .add_option("--max-connections", limits.connections_max,
                  "Connections at a time; those beyond wait until one ends (default: 100000)")
      ->check(CLI::Range(std::size_t(1), count_limit).description(""));
  command
      .add_option("--max-per-address", limits.connections_per_address_max,
                  "Connections at a time from one address, of IPv6 from one /64; those beyond are "
                  "closed at once (default: 20000)")
      ->check(CLI::Range(std::size_t(1), count_limit).description(""));
  command
      .add_option("--rate-bytes", limits.bytes_per_second,
                  "Bytes that one connection may send in a second, as 500k or 2M; one that sends "
                  "more has to wait. A second's worth may come at once (default: no limit)")
      ->transform(count_value())
      ->type_name("BYTES");
  command
      .add_option("--rate-messages", limits.messages_per_second,
                  "The same for messages; of streams without a framing, each read is one (default: "
                  "no limit)")
      ->transform(count_value())
      ->type_name("COUNT");
  add_duration(command, "--handshake-timeout", limits.handshake_timeout, false,
               "How long a client may take for TLS, and for each head of HTTP (default: 10s)");
  add_duration(command, "--keep-alive", limits.keep_alive_timeout, false,
               "How long a client that looked at a page may stay without asking for another "
               "(default: 60s)");
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
