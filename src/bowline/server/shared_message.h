// One copy of a message for all that are to send it, on whatever threads: each holds a Message that
// lies in here, and the last of them to let go, with the owner, frees it.
#pragma once

#include "bowline/session/message_stream.h"

#include <atomic>
#include <concepts>
#include <memory>
#include <string_view>

namespace bowline {

// What is to be sent, lent: text (UTF-8), bytes, or what was received, as what it was.
struct MessageView {
  template <std::convertible_to<std::string_view> Text>
  MessageView(const Text& text) : bytes(std::string_view(text)), kind(MessageKind::text) {}
  MessageView(Bytes all) : bytes(all), kind(MessageKind::binary) {}
  MessageView(const Message& message) : bytes(message.bytes()), kind(message.kind()) {}

  Bytes bytes;
  MessageKind kind;
};

class SharedMessage final : private ChunkPool {
 public:
  struct Owner {
    void operator()(SharedMessage* message) const { message->give_back(nullptr); }
  };
  using Pointer = std::unique_ptr<SharedMessage, Owner>;

  // One allocation, for the copy and what counts its holders.
  static Pointer copy(MessageView view);

  std::size_t size() const { return size_; }
  // One more to send it. It is only read: others do so at the same time.
  Message message();

 private:
  SharedMessage(std::size_t size, MessageKind kind) : size_(size), kind_(kind) {}
  ~SharedMessage() = default;
  std::byte* bytes() { return reinterpret_cast<std::byte*>(this + 1); }
  void give_back(std::byte*) override;

  std::size_t size_;
  MessageKind kind_;
  std::atomic<std::uint32_t> holders_ = 1;  // the owner
};

}  // namespace bowline
