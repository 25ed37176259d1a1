#include "cli/queue_options.h"

#include <CLI/CLI.hpp>
#include <limits>
#include <map>
#include <string>

namespace bowline::cli {

void add_queue_options(CLI::App& command, OutboxOptions& queue) {
  // One of them is being sent.
  constexpr std::size_t least = 2;
  command
      .add_option("--queue-max", queue.count_max,
                  "broadcast: messages that may wait for one client (default: 1000)")
      ->check(CLI::Range(least, std::numeric_limits<std::size_t>::max()));
  command
      .add_option("--when-full", queue.when_full,
                  "broadcast: what becomes of a client that is too slow for that: all wait for it, "
                  "for 30 s at most; messages for it are dropped; or it is closed (default: close)")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, WhenFull>{{"wait", WhenFull::wait},
                                          {"drop-oldest", WhenFull::drop_oldest},
                                          {"drop-newest", WhenFull::drop_newest},
                                          {"keep-latest", WhenFull::keep_latest},
                                          {"close", WhenFull::close}}));
}

}  // namespace bowline::cli
