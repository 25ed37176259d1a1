// A Stream carries bytes both ways, in order, over any transport. Reading and writing may go on
// side by side, one task each; a write is all or an error, a read is at least one byte or the end.
//
//   while (auto chunk = co_await stream.read_some()) co_await stream.write_all(chunk);
#pragma once

#include "bowline/backend/chunk.h"
#include "bowline/base/buffer.h"
#include "bowline/base/error.h"
#include "bowline/net/transport.h"
#include "bowline/task/attempt.h"
#include "bowline/task/task.h"

#include <memory>
#include <optional>
#include <vector>

namespace bowline {

class Stream;
struct ReadAhead;

class ReadSome : public OpAwait<Stream> {
 public:
  explicit ReadSome(Stream& stream) : OpAwait(stream, Op::Kind::receive) {}
  bool await_ready() const;
  Chunk await_resume() {
    if (!context() || op_->result < 0) return result().value();
    return received();
  }
  Result<Chunk> result();

 private:
  Chunk received() const {
    if (op_->result == 0) return Chunk();
    return Chunk(*op_->pool, op_->data, static_cast<std::size_t>(op_->result));
  }
};

class ReadInto : public OpAwait<Stream> {
 public:
  ReadInto(Stream& stream, MutableBytes into, std::vector<Handle>* handles);
  bool await_ready() const;
  std::size_t await_resume() { return result().value(); }
  Result<std::size_t> result();

 private:
  MutableBytes into_;
};

class WriteAll : public OpAwait<Stream> {
 public:
  WriteAll(Stream& stream, Bytes bytes, std::vector<Handle>* handles);
  bool await_ready() const { return op_->size == 0; }
  void await_resume() {
    if (op_->result < 0) result().value();
  }
  Result<void> result();
};

class WriteEnd : public OpAwait<Stream> {
 public:
  explicit WriteEnd(Stream& stream) : OpAwait(stream, Op::Kind::end) {}
  void await_resume() { result().value(); }
  Result<void> result();
};

class Stream {
 public:
  static constexpr std::size_t line_size_max = 64 * 1024;

  Stream();
  explicit Stream(TransportPointer transport);
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();  // closes; what was written still goes out, unless unread input makes it a reset

  // All of these throw Error, or give it in a Result through attempt(); a cancelled or timed-out
  // wait is such an Error, and loses no byte that was not yet handed over.

  // What has come, at least one byte, in memory of the loop's pool; empty at the end of the stream.
  ReadSome read_some() { return ReadSome(*this); }
  // The same into the caller's memory, which must not be empty; 0 at the end of the stream.
  ReadInto read_some(MutableBytes into) { return ReadInto(*this, into, nullptr); }
  // Fills all of `into`; Errc::ended_early when the stream ends before.
  Task<> read_exactly(MutableBytes into);
  // Up to and with `delimiter` (not empty), at most `limit` bytes in all: Errc::too_long beyond. No
  // value at the end of the stream, Errc::ended_early when it cuts a piece off. Valid until the
  // next read.
  Task<std::optional<std::string_view>> read_until(std::string_view delimiter,
                                                   std::size_t limit = line_size_max);
  // A line without its "\n" or "\r\n"; the last may lack them. Otherwise as read_until.
  Task<std::optional<std::string_view>> read_line(std::size_t limit = line_size_max);

  // Writes all of `bytes`, which must stay until then. Waits while the peer is slow to read.
  WriteAll write_all(Bytes bytes) { return WriteAll(*this, bytes, nullptr); }
  // Half-close: the peer reads the end of the stream, and can still answer.
  WriteEnd write_end() { return WriteEnd(*this); }

  // File descriptors beside at least one byte, over Unix streams (unix(7)). Those sent stay the
  // caller's, those received become the caller's to close; 64 at most go with one call.
  WriteAll write_all(Bytes bytes, std::vector<Handle>& handles) {
    return WriteAll(*this, bytes, &handles);
  }
  ReadInto read_some(MutableBytes into, std::vector<Handle>& handles) {
    return ReadInto(*this, into, &handles);
  }

  Address local_address() const { return transport_->local_address(); }
  Address peer_address() const { return transport_->peer_address(); }
  std::string peer_url() const { return transport_->url(); }
  // Who is at the other end of a Unix stream (SO_PEERCRED); throws on others.
  Credentials peer_credentials() const;
  // socket(7), tcp(7): sizes in bytes, linger in seconds (0: close resets), the others 0 or 1.
  void set_option(Option option, int value);

  explicit operator bool() const { return transport_ != nullptr; }
  Transport& transport() { return *transport_; }
  // The Error of an operation that was answered with `result`, the negative number of an error.
  Error failure(const Context* context, Attempted attempted, int result);
  // Puts back what was read, to be read again first. Nothing else may be put back already.
  void put_back(Chunk chunk);
  // What was put back or read ahead of what was asked for: true while there is some of it.
  bool has_read_ahead() const { return ahead_ && ahead_size() > 0; }
  Chunk take_read_ahead();
  // For a transport on top of this one: gives up what is below. Nothing may be read ahead.
  TransportPointer release();

 private:
  friend class OpAwait<Stream>;
  friend class ReadSome;
  friend class ReadInto;
  friend class ReadMore;
  friend class ReceiveMessage;
  bool submit(Op& op) { return transport_->submit(op); }
  void cancel(Op& op) { transport_->cancel(op); }
  bool finish(Op& op) { return transport_->finish(op); }
  std::size_t ahead_size() const;
  Task<std::optional<std::string_view>> read_piece(std::string_view delimiter, std::size_t limit,
                                                   bool end_completes);

  TransportPointer transport_;
  std::unique_ptr<ReadAhead> ahead_;  // only for streams that are read by lines or pieces
};

}  // namespace bowline
