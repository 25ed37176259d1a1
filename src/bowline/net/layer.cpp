#include "bowline/net/layer.h"

#include "bowline/base/check.h"
#include "bowline/task/suspended.h"
#include "bowline/task/wait.h"

#include <cerrno>

namespace bowline {
namespace {

// How long a closed layer may take to get rid of its output, and to hear the peer's end.
constexpr Duration linger_time = std::chrono::seconds(5);

// A piece of more bytes may take long.
constexpr int quick_size_max = 4096;

// Memory that output was in, for the next output of whatever layer of this thread.
thread_local BytesBuilder spare;
constexpr std::size_t spare_size_max = 128 * 1024;

void keep_spare(BytesBuilder&& memory) {
  if (memory.capacity() > spare_size_max || memory.capacity() <= spare.capacity()) return;
  spare = std::move(memory);
  spare.clear();
}

// In the frames' pool, for what lives from a write to the next turn or so.
struct Pooled {
  static void* operator new(std::size_t size) { return take_frame(size); }
  static void operator delete(void* memory, std::size_t size) { give_back_frame(memory, size); }
};

}  // namespace

// Output under way to the transport below, or the place of what is to go at the end of the turn in
// which several writes may come together.
struct Layer::Flush final : Op, Pooled {
  explicit Flush(Layer& of) : layer(&of) { kind = Kind::send; }
  ~Flush() {
    if (lent) lent->give_back(nullptr);
  }
  void go_on() override {
    if (layer) return layer->flushed(*this);
    delete this;
  }

  Layer* layer;  // null when what was queued went before
  BytesBuilder memory;
  SharedChunk* lent = nullptr;  // in place of that
  Op* writer = nullptr;         // goes on when this has gone
  bool writer_taken = false;    // all of what it brings is output
  Waiter* idle = nullptr;       // as `writer`
};

// Waits until no output is under way, come what may.
class Layer::Idle : public Suspended {
 public:
  explicit Idle(Layer& layer) : layer_(layer) {}
  bool await_ready() const { return !layer_.flushing(); }
  void await_suspend(std::coroutine_handle<> awaiting) {
    coroutine = awaiting;
    layer_.flush_->idle = this;
  }
  void await_resume() const {}

 private:
  Layer& layer_;
};

Layer::~Layer() {
  BOWLINE_CHECK(!flushing());
  drop_queued();
}

// Who asks that closing resets wants no goodbye either: it would say that all had been sent.
int Layer::set_option(Option option, int value) {
  if (option == Option::linger) resets_at_close_ = value == 0;
  return below_->set_option(option, value);
}

bool Layer::submit(Op& op) {
  if (op.kind == Op::Kind::receive) {
    reader_cancelled_ = false;
    return answer(op) || pull(op);
  }
  if (!flushing()) return put(op, false);
  BOWLINE_CHECK(!flush_->writer);
  flush_->writer = &op;
  flush_->writer_taken = false;
  return false;
}

// Who reads may be busy with what it got for long: answers that are not its own go without it.
bool Layer::answer(Op& op) {
  if (!read(op)) return false;
  if (!flush_ && !output().empty()) flush_later();
  return true;
}

// Gets more from below until that answers `op`; false when it has to wait. After a large piece that
// does not the others have their turn: it may have held thousands of frames of one message.
bool Layer::pull(Op& op) {
  int size = 0;
  do {
    flush();
    if (reader_cancelled_) {
      op.result = -ECANCELED;
      return true;
    }
    if (output_is_stuck()) return hold(op);
    if (is_busy()) break;
    op.data = nullptr;
    op.size = 0;
    op.pooled = false;
    if (!below_->submit(op)) {
      reader_ = &op;
      return false;
    }
    size = op.result;
    if (take(op)) return true;
  } while (size <= quick_size_max && scheduler_->may_go_on());
  reader_ = &op;
  reader_is_ = ReaderIs::queued;
  scheduler_->ready_slowly(op);
  return false;
}

// What came from below in `op`.
bool Layer::take(Op& op) {
  bool woken = op.result == -ECANCELED && std::exchange(reader_woken_, false);
  if (op.result < 0 && !woken) return true;
  if (op.result == 0) {
    if (input_ended_) return true;
    receive_end();
  } else if (op.result > 0) {
    op.pooled = false;
    receive(Chunk(*op.pool, op.data, static_cast<std::size_t>(op.result)));
  }
  return answer(op);
}

// A peer that asks for answers and does not read them gets no more of them.
bool Layer::output_is_stuck() {
  return flushing() && output().size() >= held_size_max;
}

bool Layer::hold(Op& op) {
  reader_ = &op;
  reader_is_ = ReaderIs::held;
  return false;
}

void Layer::let_reader_go_on() {
  if (std::exchange(reader_is_, ReaderIs::queued) == ReaderIs::held) scheduler_->ready(*reader_);
}

bool Layer::finish(Op& op) {
  if (op.kind != Op::Kind::receive) {
    end_below_ = false;
    return true;
  }
  bool held = std::exchange(reader_is_, ReaderIs::below) != ReaderIs::below;
  if (!held && !below_->finish(op)) return false;
  reader_ = nullptr;
  // Its cancelling may have come after the answer from below: it waits for no other.
  if (!held) return take(op) || pull(op);
  bool again = std::exchange(reader_woken_, false) || is_busy();
  return (again && answer(op)) || pull(op);
}

// Makes output of what `op` brings, unless all of it was `taken`; true when that answers it.
bool Layer::put(Op& op, bool taken) {
  BytesBuilder& out = output();
  while (!taken && write_error_ == 0) {
    op.result = 0;
    lend_spare(out);
    if (op.kind == Op::Kind::end) write_end();
    taken = op.kind == Op::Kind::end || write(op);
    if (taken && op.result < 0) break;
    hold_or_flush(out, taken && op.kind == Op::Kind::send && has_input());
    if (flushing()) {
      flush_->writer = &op;
      flush_->writer_taken = taken;
      return false;
    }
  }
  if (op.result == 0) op.result = write_error_;
  if (op.kind == Op::Kind::end && op.result == 0 && ends_below()) {
    end_below_ = !below_->submit(op);
    return !end_below_;
  }
  return true;
}

void Layer::take_spare(BytesBuilder& output) {
  output = std::move(spare);
}

void Layer::flush_later() {
  if (flush_ || output().empty()) return;
  flush_ = new Flush(*this);
  flush_queued_ = true;
  scheduler_->ready(*flush_);
}

// What is in the scheduler's queue stays there, for nobody.
void Layer::drop_queued() {
  if (!flush_queued_) return;
  flush_queued_ = false;
  flush_->layer = nullptr;
  flush_ = nullptr;
}

void Layer::send(BytesBuilder& output) {
  drop_queued();
  if (write_error_ != 0) return output.clear();
  auto flush = std::make_unique<Flush>(*this);
  flush->memory = std::move(output);
  flush->data = flush->memory.data();
  flush->size = flush->memory.size();
  begin_flush(std::move(flush));
}

void Layer::flush_in_place(MutableBytes bytes, SharedChunk& chunk) {
  auto flush = std::make_unique<Flush>(*this);
  flush->data = bytes.data();
  flush->size = bytes.size();
  chunk.hold();
  flush->lent = &chunk;
  begin_flush(std::move(flush));
}

void Layer::begin_flush(std::unique_ptr<Flush> flush) {
  if (!below_->submit(*flush)) {
    flush_ = flush.release();
    return;
  }
  keep_spare(std::move(flush->memory));
  note_result(flush->result);
}

// `flush` has gone, or it is its turn to go.
void Layer::flushed(Flush& flush) {
  std::unique_ptr<Flush> gone(&flush);
  flush_ = nullptr;
  if (std::exchange(flush_queued_, false)) return this->flush();
  keep_spare(std::move(gone->memory));
  note_result(gone->result);
  if (gone->idle) scheduler_->ready(*gone->idle);
  this->flush();
  if (Op* writer = gone->writer; writer && flushing()) {
    flush_->writer = writer;
    flush_->writer_taken = gone->writer_taken;
  } else if (writer && put(*writer, gone->writer_taken)) {
    scheduler_->ready(*writer);
  }
  if (reader_is_ == ReaderIs::held && !output_is_stuck()) let_reader_go_on();
}

void Layer::cancel(Op& op) {
  if (op.kind == Op::Kind::receive) {
    reader_woken_ = false;
    reader_cancelled_ = true;
    return reader_is_ == ReaderIs::below ? below_->cancel(op) : let_reader_go_on();
  }
  if (end_below_ && op.kind == Op::Kind::end) return below_->cancel(op);
  if (!flushing() || flush_->writer != &op) return;
  flush_->writer = nullptr;
  op.result = -ECANCELED;
  scheduler_->ready(op);
}

void Layer::end_input(std::string_view why) {
  input_ended_ = true;
  below_->end_input(why);
}

void Layer::wake_reader() {
  if (!reader_ || reader_cancelled_) return;
  reader_woken_ = true;
  reader_is_ == ReaderIs::below ? below_->cancel(*reader_) : let_reader_go_on();
}

// What was written goes out before all is closed, and the peer may say its last; but not for ever,
// and not when the loop has ended, where nothing could be waited for.
void Layer::close() {
  if (!scheduler_->running()) {
    delete this;
    return;
  }
  if (resets_at_close_) {
    output().clear();
    write_error_ = -ECANCELED;
  }
  if (!lingering_ && write_error_ == 0) {
    write_end();
    flush();
  }
  bool over = !flushing() && output().empty() && (write_error_ != 0 || !awaits_peer());
  if (lingering_ || over) {
    delete this;
    return;
  }
  lingering_ = true;
  begin_to_linger();
  scheduler_->start(linger(this));
}

Task<> Layer::drain(Stream& stream, const Layer& layer) {
  co_await stream.write_end();
  while (layer.awaits_peer()) {
    while (Chunk chunk = co_await stream.read_some()) continue;
    // The peer has ended above, or below: so do we.
    co_await stream.write_end();
  }
}

Task<> Layer::linger(Layer* layer) {
  Stream stream{TransportPointer(layer)};
  Duration limit = layer->resets_at_close_ ? Duration() : linger_time;
  Result<void> drained = co_await attempt(within(limit, drain(stream, *layer)));
  // What was cancelled may have gone all the same, and the rest of the output after it.
  while (layer->flushing()) {
    layer->below_->cancel(*layer->flush_);
    co_await Idle(*layer);
  }
}

}  // namespace bowline
