#include "bowline/session/message_stream.h"

namespace bowline {

Result<Message> ReceiveMessage::result() {
  if (!context()) return Message(door().take_read_ahead(), MessageKind::binary);
  if (op_->result < 0) return door().failure(context(), Attempted::receive, op_->result);
  if (!op_->pooled) return Message(Chunk(), op_->message);
  MessageKind kind = op_->message == MessageKind::none ? MessageKind::binary : op_->message;
  return Message(Chunk(*op_->pool, op_->data, static_cast<std::size_t>(op_->result)), kind);
}

SendMessage::SendMessage(Stream& stream, Bytes bytes, MessageKind kind)
    : OpAwait(stream, Op::Kind::send) {
  op_->data = const_cast<std::byte*>(bytes.data());  // only read
  op_->size = bytes.size();
  op_->message = kind;
}

Result<void> SendMessage::result() {
  if (op_->result < 0) return door().failure(context(), Attempted::send, op_->result);
  return {};
}

}  // namespace bowline
