// What a connection sends and must get back: an endless stream of messages, each of other bytes,
// as they are or each in a WebSocket frame of its own (RFC 6455 5.2).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace load {

class Content {
 public:
  Content(std::size_t message_size, bool frames);

  // Bytes that a message has on its way to the server, and on its way back.
  std::size_t sent_size() const { return sent_size_; }
  std::size_t received_size() const { return received_size_; }
  // How many bytes can have come back once `sent` bytes went.
  std::size_t answer_size(std::size_t sent) const;
  // What connection `number` sends from byte `place` on, `end` at most: at least one byte. Valid
  // until the next call.
  std::string_view outgoing(std::size_t number, std::size_t place, std::size_t end);
  // Whether connection `number` is to get `bytes` from byte `place` on.
  bool is_answer(std::size_t number, std::size_t place, std::string_view bytes) const;

 private:
  const char* raw_at(std::size_t number, std::size_t place) const;
  void append_frame(std::size_t number, std::size_t message);

  std::size_t message_size_;
  std::vector<char> table_;
  std::string header_;  // of a frame from the server; empty without frames
  std::size_t sent_size_;
  std::size_t received_size_;
  std::string frames_;
};

}  // namespace load
