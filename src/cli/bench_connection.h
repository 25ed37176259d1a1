// One connection of a benchmark: sends numbered messages, checks each byte that comes back and
// takes down how long it took. With a rate, a message's time counts from when it was due and not
// from when it could be sent at last: a server that stalls is charged for all that it held up.
#pragma once

#include "bowline/base/histogram.h"
#include "bowline/net/stream.h"
#include "bowline/task/gate.h"
#include "bowline/task/scope.h"
#include "cli/bench_pattern.h"

#include <atomic>
#include <cstdint>
#include <vector>

namespace bowline::cli {

// The same for all connections. The times are of the monotonic clock.
struct BenchPlan {
  std::size_t size = 64;   // bytes of a message
  std::size_t depth = 1;   // messages under way on a connection at most
  bool paced = false;      // messages are due at times, see set_pace()
  bool datagrams = false;  // each message is one, and may get lost
  bool websocket = false;  // each message is one of its own
  Time measured_from{};    // what is answered before is not counted
  Time end = never;        // nothing is sent from then on
};

// What the connections of one thread found.
struct BenchTally {
  Histogram latency;           // nanoseconds
  std::uint64_t messages = 0;  // answered from measured_from to end
  std::uint64_t lost = 0;      // datagrams that were not answered in lost_after
  Time last_answer{};
  std::atomic<std::uint64_t> answers = 0;  // all of them; other threads may look
};

class BenchConnection {
 public:
  // A datagram whose answer takes longer is lost.
  static constexpr Duration lost_after = std::chrono::milliseconds(200);

  // Sends `share` messages at most. `plan` and `tally` must last; `number` is counted from 1.
  BenchConnection(Stream stream, const BenchPlan& plan, BenchTally& tally, std::uint64_t number,
                  std::uint64_t share);

  // Sends until the plan's end or the share is used up, then waits for the answers under way.
  // Throws Error when the peer fails, closes, or gives other bytes back.
  Task<> run();
  // After run(): lets go of the stream.
  void close() { stream_ = Stream(); }

  // For a paced plan, before run(): message 0 is due at `first_due`, and one more each `period`,
  // which is more than zero.
  void set_pace(Time first_due, Duration period);
  Time due(std::uint64_t message) const { return first_due_ + std::int64_t(message) * period_; }
  // Somebody has to say so when a message is due: a connection has no clock that wakes it.
  void look() { sendable_.open(); }
  // Messages that were due by `time` and are not sent; always 0 without a pace.
  std::uint64_t behind(Time time) const { return plan_.paced ? due_by(time) - sent_ : 0; }

  // Throws Error when answers are awaited and nothing has come for `limit`.
  void check_silence(Time now, Duration limit) const;

 private:
  static Task<> run_both(Scope& scope, BenchConnection* connection);
  Task<> send(Scope& scope);
  Task<> receive();
  bool is_over() const { return sending_over_ && received_ == sent_; }
  std::uint64_t due_by(Time time) const;
  std::size_t sendable(Time now);
  MutableBytes next_batch(std::size_t count, Time now);
  Task<> receive_datagrams();
  void take_datagram(Bytes bytes);
  bool take_if_message(std::uint64_t message, Bytes bytes);
  void give_up(Time now);
  void take(Bytes bytes);
  void finish_message(Time now);
  Error failure(std::error_code code, const std::string& what) const;
  std::string awaited() const;
  std::string reason_to_close();

  Stream stream_;
  const BenchPlan& plan_;
  BenchTally& tally_;
  BenchPattern pattern_;
  std::uint64_t number_;
  std::uint64_t share_;
  Gate sendable_;  // something may have changed for the sender
  std::vector<std::byte> batch_;
  std::vector<Time> begun_;  // of the messages under way, at their number modulo the depth
  Time first_due_{};
  Duration period_{};
  std::uint64_t sent_ = 0;      // messages
  std::uint64_t received_ = 0;  // messages, whole
  std::size_t offset_ = 0;      // bytes of the one that is coming
  Time last_activity_{};
  bool sending_over_ = false;
};

}  // namespace bowline::cli
