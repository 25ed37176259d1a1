#include "bowline/net/tap.h"

#include "bowline/loop/loop.h"

#include <algorithm>
#include <utility>

namespace bowline {

// Holds who wants to receive until what came before is paid for.
class Tap::Brake final : private Timer {
 public:
  Brake(Loop& loop, const TapRates& rates) : loop_(loop), rates_(rates) {}
  Brake(const Brake&) = delete;
  ~Brake() { loop_.clear(*this); }

  bool is_free() const { return released_ || ready_at() <= loop_.now(); }
  void hold(Op& op) {
    held_ = &op;
    cancelled_ = false;
    waiting_ = true;
    loop_.set(*this, ready_at());
  }
  bool holds(const Op& op) const { return held_ == &op; }
  bool holds_any() const { return held_ != nullptr; }
  // What was held goes on; false when it was cancelled meanwhile.
  bool let_go() {
    held_ = nullptr;
    return !cancelled_;
  }
  void cancel() {
    cancelled_ = true;
    end_wait();
  }
  // From now on nothing is held.
  void release() {
    released_ = true;
    end_wait();
  }
  void take(std::size_t size, Time now) {
    rates_.bytes.take(size, now);
    rates_.messages.take(1, now);
  }

 private:
  Time ready_at() const { return std::max(rates_.bytes.ready_at(), rates_.messages.ready_at()); }
  void end_wait() {
    if (!waiting_) return;
    loop_.clear(*this);
    fire();
  }
  void fire() override {
    waiting_ = false;
    loop_.ready(*held_);
  }

  Loop& loop_;
  TapRates rates_;
  Op* held_ = nullptr;
  bool waiting_ = false;    // it is, for the timer
  bool cancelled_ = false;  // while it is held
  bool released_ = false;
};

struct Tap::Trace {
  std::uint64_t connection;
  Tracer tracer;
};

Tap::Tap(TransportPointer below, Loop& loop, TrafficTotal& total, const TapRates& rates)
    : PassingTransport(std::move(below)), loop_(&loop), total_(&total), last_use_(loop.now()) {
  if (rates.bytes.limits() || rates.messages.limits()) {
    brake_ = std::make_unique<Brake>(loop, rates);
  }
}

// What was read ahead passes it by, and is counted all the same.
Stream Tap::on(Stream stream, Loop& loop, TrafficTotal& total, const TapRates& rates) {
  Chunk ahead = stream.take_read_ahead();
  auto tap = std::make_unique<Tap>(stream.release(), loop, total, rates);
  if (!ahead.empty()) tap->note_received(ahead.bytes(), MessageKind::none);
  Stream tapped(std::move(tap));
  tapped.put_back(std::move(ahead));
  return tapped;
}

Tap::~Tap() {
  if (trace_) show(TraceEvent::Kind::closed);
}

void Tap::trace(std::uint64_t connection, Tracer tracer) {
  trace_ = tracer ? std::make_unique<Trace>(Trace{connection, std::move(tracer)}) : nullptr;
}

void Tap::leave() {
  total_ = nullptr;
  trace_ = nullptr;
}

bool Tap::submit(Op& op) {
  if (op.kind == Op::Kind::receive && brake_ && !brake_->is_free()) {
    brake_->hold(op);
    return false;
  }
  if (op.kind != Op::Kind::send) {
    bool answered = PassingTransport::submit(op);
    if (answered) note_answer(op);
    return answered;
  }
  Bytes sent = op.bytes();  // they are taken off the Op as they go
  bool answered = PassingTransport::submit(op);
  if (!answered || op.result >= 0) note_sent(sent, op.message);
  return answered;
}

bool Tap::finish(Op& op) {
  bool was_held = brake_ && brake_->holds(op);
  if (was_held && !brake_->let_go()) {
    op.result = -ECANCELED;
    return true;
  }
  if (!(was_held ? PassingTransport::submit(op) : PassingTransport::finish(op))) return false;
  note_answer(op);
  return true;
}

void Tap::cancel(Op& op) {
  brake_ && brake_->holds(op) ? brake_->cancel() : PassingTransport::cancel(op);
}

bool Tap::has_message() {
  return (!brake_ || brake_->is_free()) && PassingTransport::has_message();
}

Chunk Tap::take_message(MessageKind& kind) {
  Chunk chunk = PassingTransport::take_message(kind);
  note_received(chunk.bytes(), kind);
  return chunk;
}

bool Tap::put_message(Bytes bytes, MessageKind kind) {
  bool put = PassingTransport::put_message(bytes, kind);
  if (put) note_sent(bytes, kind);
  return put;
}

// Who waits for its turn would otherwise hear of the end when that comes.
void Tap::end_input(std::string_view why) {
  PassingTransport::end_input(why);
  if (brake_) brake_->release();
}

bool Tap::take_activity() {
  bool used = PassingTransport::take_activity();
  return used || (brake_ && brake_->holds_any());
}

Handle Tap::handle() const {
  return brake_ || trace_ ? no_handle : PassingTransport::handle();
}

void Tap::note_spliced(std::size_t received, std::size_t sent) {
  if (received > 0) count_received(received);
  if (sent > 0) count_sent(sent);
  PassingTransport::note_spliced(received, sent);
}

// What is sent was noted when that began.
void Tap::note_answer(const Op& op) {
  if (op.result < 0) return;
  if (op.kind == Op::Kind::end && trace_) show(TraceEvent::Kind::output_ended);
  if (op.kind != Op::Kind::receive) return;
  if (op.result > 0 || op.message != MessageKind::none) {
    note_received({op.data, static_cast<std::size_t>(op.result)}, op.message);
  } else if (trace_) {
    show(TraceEvent::Kind::input_ended);
  }
}

void Tap::note_received(Bytes bytes, MessageKind kind) {
  count_received(bytes.size());
  if (brake_) brake_->take(bytes.size(), last_use_);
  if (trace_) show(TraceEvent::Kind::received, bytes, kind);
}

void Tap::note_sent(Bytes bytes, MessageKind kind) {
  count_sent(bytes.size());
  if (trace_) show(TraceEvent::Kind::sent, bytes, kind);
}

void Tap::show(TraceEvent::Kind what, Bytes bytes, MessageKind kind) {
  trace_->tracer({what, trace_->connection, loop_->backend().now(), bytes, kind});
}

// A turn of the loop may be long, so its time would not do for what is measured within it.
void Tap::count_received(std::size_t size) {
  last_use_ = loop_->backend().now();
  awaits_answer_ = true;
  traffic_.bytes_received += size;
  ++traffic_.messages_received;
  if (!total_) return;
  total_->bytes_received += size;
  ++total_->messages_received;
}

void Tap::count_sent(std::size_t size) {
  Time now = loop_->backend().now();
  bool is_answer = std::exchange(awaits_answer_, false);
  if (is_answer && total_) total_->answers.record(now - last_use_);
  last_use_ = now;
  traffic_.bytes_sent += size;
  ++traffic_.messages_sent;
  if (!total_) return;
  total_->bytes_sent += size;
  ++total_->messages_sent;
}

}  // namespace bowline
