#include "cli/queue_options.h"

#include <CLI/CLI.hpp>
#include <map>
#include <string>

namespace bowline::cli {

void add_queue_options(CLI::App& command, OutboxOptions& queue) {
  // One of them is being sent.
  constexpr std::size_t least = 2;
  constexpr std::size_t most = 1'000'000;
  command
      .add_option("--queue-max", queue.count_max,
                  "broadcast: messages that may wait for one client (default: 1000)")
      ->check(CLI::Range(least, most));
  command
      .add_option(
          "--when-full", queue.when_full,
          "broadcast: what becomes of a client that is too slow for that: 'close' it, 'wait' for "
          "it (30 s at most), 'drop-oldest', 'drop-newest' of what is for it, or "
          "'keep-latest' alone (default: close)")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, WhenFull>{{"wait", WhenFull::wait},
                                          {"drop-oldest", WhenFull::drop_oldest},
                                          {"drop-newest", WhenFull::drop_newest},
                                          {"keep-latest", WhenFull::keep_latest},
                                          {"close", WhenFull::close}}));
}

}  // namespace bowline::cli
