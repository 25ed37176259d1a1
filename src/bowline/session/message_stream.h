// A stream of messages, whole ones, both ways: over WebSocket, datagrams, framed streams. Where the
// transport knows no messages, each read is one.
//
//   while (Message message = co_await messages.receive()) co_await messages.send(message);
#pragma once

#include "bowline/net/stream.h"

#include <concepts>

namespace bowline {

class Message {
 public:
  Message() = default;
  Message(Chunk chunk, MessageKind kind) : chunk_(std::move(chunk)) { chunk_.set_kind(kind); }

  // False for the end of the stream; an empty message is true.
  explicit operator bool() const { return kind() != MessageKind::none; }
  MessageKind kind() const { return chunk_.kind(); }
  bool is_text() const { return kind() == MessageKind::text; }
  // In memory of the loop's pool: keep what must last as a copy.
  Bytes bytes() const { return chunk_.bytes(); }
  std::string_view text() const { return chunk_.text(); }
  std::size_t size() const { return chunk_.size(); }

 private:
  Chunk chunk_;
};

class ReceiveMessage : public OpAwait<Stream> {
 public:
  explicit ReceiveMessage(Stream& stream) : stream_(&stream) {
    if (stream.has_read_ahead() || stream.transport().has_message()) return;
    op_.reset(new AwaitedOp(stream, Op::Kind::receive));
    op_->empty_counts = true;
  }
  bool await_ready() const { return !op_; }
  Message await_resume() {
    if (op_ && op_->result < 0) return result().value();
    return op_ ? received() : taken();
  }
  Result<Message> result();

 private:
  // What was put back into the stream, or read ahead, comes first, as one message.
  Message taken() {
    if (stream_->has_read_ahead()) {
      return Message(stream_->take_read_ahead(), MessageKind::binary);
    }
    MessageKind kind = MessageKind::none;
    Chunk chunk = stream_->transport().take_message(kind);
    return Message(std::move(chunk), kind);
  }
  Message received() {
    if (!op_->pooled) return Message(Chunk(), op_->message);
    MessageKind kind = op_->message == MessageKind::none ? MessageKind::binary : op_->message;
    return Message(Chunk(*op_->pool, op_->data, static_cast<std::size_t>(op_->result)), kind);
  }

  Stream* stream_;
};

class SendMessage : public OpAwait<Stream> {
 public:
  SendMessage(Stream& stream, Bytes bytes, MessageKind kind) {
    if (!stream.transport().put_message(bytes, kind)) prepare(stream, bytes, kind);
  }
  bool await_ready() const { return !op_; }
  void await_resume() {
    if (op_ && op_->result < 0) result().value();
  }
  Result<void> result();

 private:
  void prepare(Stream& stream, Bytes bytes, MessageKind kind);
};

class MessageStream {
 public:
  // Where a Stream is to be handled, a function that takes a MessageStream may stand.
  MessageStream(Stream stream) : stream_(std::move(stream)) {}

  // The next message, or none at the end of the stream. Both calls throw Error, or give it in a
  // Result through attempt(), as those of Stream do.
  ReceiveMessage receive() { return ReceiveMessage(stream_); }
  // Sends one message, which must stay until then: text (UTF-8), bytes, or one that was received,
  // as what it was. Waits while the peer is slow to read.
  template <std::convertible_to<std::string_view> Text>
  SendMessage send(const Text& text) {
    return SendMessage(stream_, std::string_view(text), MessageKind::text);
  }
  SendMessage send(Bytes bytes) { return SendMessage(stream_, bytes, MessageKind::binary); }
  SendMessage send(const Message& message) {
    return SendMessage(stream_, message.bytes(), message.kind());
  }
  // Text to a peer that sent text last, else bytes.
  SendMessage answer(Bytes bytes) { return SendMessage(stream_, bytes, MessageKind::none); }
  // No more will be sent; the peer can still answer.
  WriteEnd send_end() { return stream_.write_end(); }

  Address peer_address() const { return stream_.peer_address(); }
  std::string peer_url() const { return stream_.peer_url(); }
  Stream& stream() { return stream_; }

 private:
  Stream stream_;
};

}  // namespace bowline
