// What a handler reads and writes, counted, held to a rate, and shown to who wants to see it: a
// Transport on top of the one that does the work. It allocates nothing per operation.
#pragma once

#include "bowline/base/latency_counts.h"
#include "bowline/base/token_bucket.h"
#include "bowline/net/passing_transport.h"
#include "bowline/net/stream.h"

#include <cstdint>
#include <functional>
#include <memory>

namespace bowline {

class Loop;

// Of streams of bytes, each read and each write is a message.
struct Traffic {
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t messages_received = 0;
  std::uint64_t messages_sent = 0;
};

// Of many connections together.
struct TrafficTotal : Traffic {
  LatencyCounts answers;      // from what was received to the next write
  std::uint64_t dropped = 0;  // messages that were to be sent, for want of room
};

struct TraceEvent {
  enum class Kind { received, input_ended, sent, output_ended, closed };
  Kind kind;
  std::uint64_t connection;
  Time time;                                // by the clock of the loop
  Bytes bytes = {};                         // lent for the call
  MessageKind message = MessageKind::none;  // none where there are only bytes; sent: "as received"
};
// Called on the connection's loop, which waits for it; must not throw.
using Tracer = std::function<void(const TraceEvent&)>;

// What may be received; beyond it nothing is read until there is room again, so that the peer has
// to wait. What is larger than its burst still passes, and is paid for afterwards.
struct TapRates {
  TokenBucket bytes;
  TokenBucket messages;
};

class Tap final : public PassingTransport {
 public:
  // `stream` with a Tap, which its transport() then is.
  static Stream on(Stream stream, Loop& loop, TrafficTotal& total, const TapRates& rates);
  // `total` counts the same for all; it must last until leave().
  Tap(TransportPointer below, Loop& loop, TrafficTotal& total, const TapRates& rates);
  ~Tap() override;

  const Traffic& traffic() const { return traffic_; }
  Time last_use() const { return last_use_; }
  // Shows to `tracer` what passes from now on, as that of `connection`; an empty one ends it.
  void trace(std::uint64_t connection, Tracer tracer);
  bool is_traced() const { return trace_ != nullptr; }
  // Goes on alone: adds to the total no more, and shows nothing.
  void leave();

  bool submit(Op& op) override;
  void cancel(Op& op) override;
  bool finish(Op& op) override;
  bool has_message() override;
  Chunk take_message(MessageKind& kind) override;
  bool put_message(Bytes bytes, MessageKind kind) override;
  void end_input(std::string_view why) override;
  bool take_activity() override;
  Handle handle() const override;
  void note_dropped(std::uint64_t count) {
    if (total_) total_->dropped += count;
  }
  void note_spliced(std::size_t received, std::size_t sent) override;

 private:
  class Brake;
  struct Trace;

  void note_answer(const Op& op);
  void note_received(Bytes bytes, MessageKind kind);
  void note_sent(Bytes bytes, MessageKind kind);
  void show(TraceEvent::Kind what, Bytes bytes = {}, MessageKind kind = MessageKind::none);
  void count_received(std::size_t size);
  void count_sent(std::size_t size);

  Loop* loop_;
  TrafficTotal* total_;
  Traffic traffic_;
  Time last_use_;
  std::unique_ptr<Brake> brake_;  // where there are rates
  std::unique_ptr<Trace> trace_;
  bool awaits_answer_ = false;  // what was used last was what was received
};

}  // namespace bowline
