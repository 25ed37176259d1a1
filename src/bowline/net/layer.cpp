#include "bowline/net/layer.h"

#include "bowline/base/check.h"
#include "bowline/task/suspended.h"
#include "bowline/task/wait.h"

#include <cerrno>

namespace bowline {
namespace {

// How long a closed layer may take to get rid of its output, and to hear the peer's end.
constexpr Duration linger_time = std::chrono::seconds(5);

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

// Output under way to the transport below.
struct Layer::Flush final : Op, Pooled {
  Flush(Layer& of, BytesBuilder output) : layer(of), memory(std::move(output)) {
    kind = Kind::send;
    data = memory.data();
    size = memory.size();
  }
  Flush(Layer& of, MutableBytes bytes, SharedChunk& chunk) : layer(of), lent(&chunk) {
    kind = Kind::send;
    data = bytes.data();
    size = bytes.size();
    chunk.hold();
  }
  ~Flush() {
    if (lent) lent->give_back(nullptr);
  }
  void go_on() override { layer.flushed(result); }

  Layer& layer;
  BytesBuilder memory;
  SharedChunk* lent = nullptr;  // in place of that
  Waiter* idle = nullptr;       // goes on when this has gone
};

// The end of the turn in which several writes may come together.
struct Layer::Later final : Waiter, Pooled {
  explicit Later(Layer& of) : layer(&of) {}
  void go_on() override {
    if (layer) {
      layer->later_ = nullptr;
      layer->flush();
    }
    delete this;
  }

  Layer* layer;  // null when it went before
};

// Waits until no output is under way, come what may.
class Layer::Idle : public Suspended {
 public:
  explicit Idle(Layer& layer) : layer_(layer) {}
  bool await_ready() const { return !layer_.flush_; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    coroutine = awaiting;
    layer_.flush_->idle = this;
  }
  void await_resume() const {}

 private:
  Layer& layer_;
};

Layer::~Layer() {
  BOWLINE_CHECK(!flush_);
  if (later_) later_->layer = nullptr;
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
  BOWLINE_CHECK(!writer_);
  writer_taken_ = false;
  if (!flush_) return put(op);
  writer_ = &op;
  return false;
}

// Who reads may be busy with what it got for long: answers that are not its own go without it.
bool Layer::answer(Op& op) {
  if (!read(op)) return false;
  if (!flush_ && !output().empty()) flush_later();
  return true;
}

// Gets more from below until that answers `op`; false when it has to wait.
bool Layer::pull(Op& op) {
  do {
    flush();
    if (reader_cancelled_) {
      op.result = -ECANCELED;
      return true;
    }
    if (output_is_stuck()) return hold(op);
    op.data = nullptr;
    op.size = 0;
    op.pooled = false;
    if (!below_->submit(op)) {
      reader_ = &op;
      return false;
    }
    if (take(op)) return true;
  } while (scheduler_->may_go_on());
  hold(op);
  let_reader_go_on();
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
  return flush_ && output().size() >= held_size_max;
}

bool Layer::hold(Op& op) {
  reader_ = &op;
  reader_held_ = true;
  return false;
}

void Layer::let_reader_go_on() {
  if (!std::exchange(reader_queued_, true)) scheduler_->ready(*reader_);
}

bool Layer::finish(Op& op) {
  if (op.kind != Op::Kind::receive) {
    end_below_ = false;
    return true;
  }
  bool held = std::exchange(reader_held_, false);
  if (!held && !below_->finish(op)) return false;
  reader_ = nullptr;
  reader_queued_ = false;
  // Its cancelling may have come after the answer from below: it waits for no other.
  if (!held) return take(op) || pull(op);
  return (std::exchange(reader_woken_, false) && answer(op)) || pull(op);
}

// Makes output of what `op` brings; true when that answers it.
bool Layer::put(Op& op) {
  while (!writer_taken_ && write_error_ == 0) {
    op.result = 0;
    lend_spare();
    if (op.kind == Op::Kind::end) write_end();
    writer_taken_ = op.kind == Op::Kind::end || write(op);
    if (writer_taken_ && op.result < 0) break;
    if (op.kind == Op::Kind::send && writer_taken_ && has_input() &&
        output().size() < held_size_max) {
      // The answers to the rest of what came go with this one.
      flush_later();
      return true;
    }
    flush();
    if (flush_) {
      writer_ = &op;
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

void Layer::lend_spare() {
  if (output().capacity() == 0) output() = std::move(spare);
}

void Layer::flush_later() {
  if (later_ || output().empty()) return;
  later_ = new Later(*this);
  scheduler_->ready(*later_);
}

void Layer::flush() {
  if (flush_ || output().empty()) return;
  if (write_error_ != 0) return output().clear();
  begin_flush(new Flush(*this, std::move(output())));
}

void Layer::flush_in_place(MutableBytes bytes, SharedChunk& chunk) {
  begin_flush(new Flush(*this, bytes, chunk));
}

void Layer::begin_flush(Flush* flush) {
  flush_ = flush;
  if (below_->submit(*flush)) flushed(flush->result);
}

void Layer::flushed(int result) {
  std::unique_ptr<Flush> gone(std::exchange(flush_, nullptr));
  keep_spare(std::move(gone->memory));
  if (result < 0) write_error_ = result;
  if (gone->idle) scheduler_->ready(*gone->idle);
  Op* writer = std::exchange(writer_, nullptr);
  flush();
  if (writer && flush_) {
    writer_ = writer;
  } else if (writer && put(*writer)) {
    scheduler_->ready(*writer);
  }
  if (reader_held_ && !output_is_stuck()) let_reader_go_on();
}

void Layer::cancel(Op& op) {
  if (op.kind == Op::Kind::receive) {
    reader_woken_ = false;
    reader_cancelled_ = true;
    return reader_held_ ? let_reader_go_on() : below_->cancel(op);
  }
  if (end_below_ && op.kind == Op::Kind::end) return below_->cancel(op);
  if (writer_ != &op) return;
  writer_ = nullptr;
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
  reader_held_ ? let_reader_go_on() : below_->cancel(*reader_);
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
  bool over = !flush_ && output().empty() && (write_error_ != 0 || !awaits_peer());
  if (lingering_ || over) {
    delete this;
    return;
  }
  lingering_ = true;
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
  if (layer->flush_) layer->below_->cancel(*layer->flush_);
  co_await Idle(*layer);
}

}  // namespace bowline
