// The connections of a benchmark that one thread's loop has: connects them, runs them from a common
// beginning, and keeps what they found.
#pragma once

#include "bowline/client/connect.h"
#include "bowline/os/file_descriptor.h"
#include "cli/bench_connection.h"
#include "cli/bench_run.h"

#include <memory>
#include <vector>

namespace bowline::cli {

class BenchLane {
 public:
  // The `index`th of `count` lanes, which runs on `network`'s loop. `options` must last.
  BenchLane(const BenchOptions& options, Network network, unsigned index, unsigned count);

  // Connects all; then calls `connected`, waits for begin(), and is done when all connections are.
  // Throws Error when one fails.
  Task<> run(std::function<void()> connected);
  // Messages go from `start` on. On the lane's own thread.
  void begin(Time start);

  // Other threads may look.
  unsigned connected() const { return connected_.load(std::memory_order_relaxed); }
  std::uint64_t answers() const { return tally_.answers.load(std::memory_order_relaxed); }
  // When it has run.
  const BenchTally& tally() const { return tally_; }
  // Messages that were due by `time` and could not be sent.
  std::uint64_t behind(Time time) const;

 private:
  static Task<> connect_all(Scope& scope, BenchLane* lane);
  static Task<> run_all(Scope& scope, BenchLane* lane);
  static Task<> run_connections(Scope& scope, BenchLane* lane);
  Task<> connect_some();
  Task<> keep_pace();
  Task<> watch_silence();
  std::uint64_t share_of(unsigned number) const;

  const BenchOptions& options_;
  Network network_;
  unsigned index_;
  unsigned lanes_;
  BenchPlan plan_;
  BenchTally tally_;
  Time start_{};
  Gate begin_;
  os::FileDescriptor timer_;  // for the pace; open as long as the loop may know it
  std::vector<std::unique_ptr<BenchConnection>> connections_;
  std::size_t next_to_connect_ = 0;
  std::atomic<unsigned> connected_ = 0;
};

}  // namespace bowline::cli
