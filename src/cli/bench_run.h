// A whole benchmark: connects, warms up, measures, and gives what was found also when it fails or
// is interrupted. Connections are dealt to threads, each with a loop of its own.
#pragma once

#include "bowline/base/error.h"
#include "bowline/base/histogram.h"
#include "bowline/base/time.h"
#include "bowline/client/connect.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace bowline::cli {

struct BenchOptions {
  std::string url;
  ConnectOptions connect;
  unsigned connections = 50;
  std::size_t size = 64;  // bytes of a message
  std::size_t depth = 1;  // messages under way on a connection at most
  double rate = 0;        // messages a second over all connections; 0: as fast as they go
  Duration duration = std::chrono::seconds(5);  // measured; not used with a count
  Duration warmup = std::chrono::milliseconds(500);
  std::uint64_t count = 0;                      // messages in all; 0: no limit
  unsigned threads = 1;                         // at most one for each connection
  Duration timeout = std::chrono::seconds(10);  // for connecting, and for silence
};

struct BenchResult {
  Histogram latency;           // nanoseconds, of what was answered
  std::uint64_t messages = 0;  // answered while it was measured
  std::uint64_t behind = 0;    // were due with a rate, and could not be sent
  std::uint64_t lost = 0;      // datagrams that were not answered
  Duration measured{};         // how long
  int signal = 0;              // the one that ended it early
  std::optional<Error> failure;
};

struct BenchProgress {
  unsigned connected = 0;     // connections, until all are
  Duration passed{};          // since all were connected
  std::uint64_t answers = 0;  // since then
};

// Calls `show` on this thread a few times a second. SIGINT and SIGTERM end it early.
BenchResult run_bench(const BenchOptions& options,
                      std::function<void(const BenchProgress&)> show = {});

}  // namespace bowline::cli
