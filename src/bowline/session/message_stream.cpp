#include "bowline/session/message_stream.h"

namespace bowline {

Result<Message> ReceiveMessage::result() {
  if (!op_) return taken();
  if (op_->result < 0) return stream_->failure(context(), Attempted::receive, op_->result);
  return received();
}

void SendMessage::prepare(Stream& stream, Bytes bytes, MessageKind kind) {
  op_.reset(new AwaitedOp(stream, Op::Kind::send));
  op_->data = const_cast<std::byte*>(bytes.data());  // only read
  op_->size = bytes.size();
  op_->message = kind;
}

Result<void> SendMessage::result() {
  if (op_ && op_->result < 0) return door().failure(context(), Attempted::send, op_->result);
  return {};
}

}  // namespace bowline
