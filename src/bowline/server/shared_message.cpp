#include "bowline/server/shared_message.h"

#include <cstring>
#include <new>

namespace bowline {

SharedMessage::Pointer SharedMessage::copy(MessageView view) {
  std::size_t size = view.bytes.size();
  void* memory = ::operator new(sizeof(SharedMessage) + size);
  Pointer message(new (memory) SharedMessage(size, view.kind));
  if (size > 0) std::memcpy(message->bytes(), view.bytes.data(), size);
  return message;
}

Message SharedMessage::message() {
  if (size_ == 0) return Message(Chunk(), kind_);
  holders_.fetch_add(1, std::memory_order_relaxed);
  return Message(Chunk(*this, bytes(), size_), kind_);
}

void SharedMessage::give_back(std::byte*) {
  if (holders_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  this->~SharedMessage();
  ::operator delete(this);
}

}  // namespace bowline
