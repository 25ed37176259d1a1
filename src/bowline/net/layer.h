// A Transport on top of another: TLS, WebSocket and the framing of messages are layers. One Op goes
// down through all of them, its answer comes up through them (Transport::finish), so a connection
// that waits holds one Op. What is written goes below at once, or with the answers to the rest of
// what came; nothing more is read while too much output waits for a peer that reads nothing.
#pragma once

#include "bowline/base/bytes_builder.h"
#include "bowline/net/shared_chunk.h"
#include "bowline/net/stream.h"

namespace bowline {

class Layer : public Transport {
 public:
  Layer(TransportPointer below, Scheduler& scheduler)
      : below_(std::move(below)), scheduler_(&scheduler) {}
  ~Layer() override;

  bool submit(Op& op) final;
  bool finish(Op& op) final;
  void cancel(Op& op) final;
  void close() final;
  void end_input(std::string_view why) override;
  bool fills_memory() const final { return false; }
  Transport* beneath() final { return below_.get(); }
  Address local_address() const override { return below_->local_address(); }
  Address peer_address() const override { return below_->peer_address(); }
  int credentials(Credentials& credentials) const override {
    return below_->credentials(credentials);
  }
  int set_option(Option option, int value) override;
  std::string advice(Attempted attempted, int error_number) const override {
    return below_->advice(attempted, error_number);
  }

 protected:
  // Output that waits for more of its kind goes once it is so much.
  static constexpr std::size_t held_size_max = 16 * 1024;

  // What came from below, after read() wanted more: at least one byte, or the end.
  virtual void receive(Chunk chunk) = 0;
  virtual void receive_end() = 0;
  // Answers `op` (receive) from what was received: true; false when it needs more.
  virtual bool read(Op& op) = 0;
  // More was received than read() has given: it will be asked again.
  virtual bool has_input() const = 0;
  // read() has given nothing, but has more to do with what was received before it takes more: it is
  // called again when others have had their turn.
  virtual bool is_busy() const { return false; }
  // Turns what `op` (send) brings into output, and takes that off its front; true when all of it
  // was taken, or the result is an error.
  virtual bool write(Op& op) = 0;
  // The output says that nothing follows, unless it has said so.
  virtual void write_end() = 0;
  // Does that end the writing below as well?
  virtual bool ends_below() const { return true; }
  // It is closed from above and stays for a while: what was lent to it goes.
  virtual void begin_to_linger() {}
  // Is there something to wait for from the peer before all is closed?
  virtual bool awaits_peer() const { return false; }
  virtual BytesBuilder& output() = 0;

  Transport& below() const { return *below_; }
  Scheduler& scheduler() const { return *scheduler_; }
  // Nothing that was written before is still under way, or failed.
  bool can_write() const { return !flushing() && write_error_ == 0; }
  bool flushing() const { return flush_ && !flush_queued_; }
  // Has the output go below: now, or together with the answers to the rest of what came, if there
  // is `more`. False when it can't.
  bool hold_or_flush(BytesBuilder& output, bool more) {
    if (!more || output.size() >= held_size_max) {
      flush(output);
    } else if (!flush_) {
      flush_later();
    }
    return write_error_ == 0;
  }
  // Gives the output memory that some other had, unless it has its own.
  static void lend_spare(BytesBuilder& output) {
    if (output.capacity() == 0) take_spare(output);
  }
  // Sends the output, unless some of it is under way already.
  void flush() { flush(output()); }
  void flush(BytesBuilder& output) {
    if (!output.empty() && !flushing()) send(output);
  }
  // Sends `bytes`, which are part of `chunk`, where they lie; can_write(), and there is no output.
  void flush_in_place(MutableBytes bytes, SharedChunk& chunk);
  bool reader_waits() const { return reader_ != nullptr; }
  // Closed from above: what is read now is nobody's.
  bool lingering() const { return lingering_; }
  // Has read() called for who waits to read, if somebody does, without more from below.
  void wake_reader();

 private:
  struct Flush;
  enum class ReaderIs : std::uint8_t {
    below,
    held,    // until output has gone or others had their turn
    queued,  // held no longer: it goes on in the next turn
  };

  static void take_spare(BytesBuilder& output);
  void send(BytesBuilder& output);
  void flush_later();
  void drop_queued();
  bool answer(Op& op);
  bool pull(Op& op);
  bool take(Op& op);
  bool hold(Op& op);
  void let_reader_go_on();
  bool output_is_stuck();
  bool put(Op& op, bool taken);
  void begin_flush(std::unique_ptr<Flush> flush);
  void flushed(Flush& flush);
  void note_result(int result) {
    if (result < 0) write_error_ = static_cast<std::int16_t>(result);
  }
  class Idle;
  static Task<> linger(Layer* layer);
  static Task<> drain(Stream& stream, const Layer& layer);

  TransportPointer below_;
  Scheduler* scheduler_;
  Op* reader_ = nullptr;          // waits below, or is held
  Flush* flush_ = nullptr;        // the output under way, or queued to go in the next turn
  std::int16_t write_error_ = 0;  // why nothing more can be written
  bool flush_queued_ = false;
  bool end_below_ = false;  // an Op that ends the writing waits below
  ReaderIs reader_is_ = ReaderIs::below;
  bool reader_woken_ = false;
  bool reader_cancelled_ = false;
  bool lingering_ = false;
  bool input_ended_ = false;      // from this side
  bool resets_at_close_ = false;  // nothing is said, nor sent any more
};

}  // namespace bowline
