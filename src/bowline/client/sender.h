// A handle to send through a Client from any thread. It may be copied and kept for as long as one
// likes: when the client is over, or gone, send() says so.
#pragma once

#include "bowline/net/network.h"
#include "bowline/session/outbox.h"

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace bowline {

// What a Client shares with its Senders: messages on their way to the loop's thread.
class SenderMail {
 public:
  // `on_mail` is called on the loop's thread when something has come, until end().
  SenderMail(Network network, std::string url, const OutboxOptions& limits,
             std::function<void()> on_mail);

  // From any thread. Throws Error after end(), and when too much waits here.
  static void post(const std::shared_ptr<SenderMail>& mail, Message message);

  // The rest belongs to the loop's thread. Moves what has room there to `outbox`; false when
  // nothing has and that is the end of the outbox (WhenFull::close).
  bool deliver_to(Outbox& outbox);
  // No more is taken; what is here stays. `why` is for who still sends.
  void end(std::string why);

 private:
  void tell();

  const std::string url_;
  const OutboxOptions limits_;
  std::mutex mutex_;
  std::optional<Network> network_;  // none after end()
  std::function<void()> on_mail_;
  std::string why_;
  std::deque<Message> messages_;
  std::size_t size_ = 0;  // bytes
  bool posted_ = false;   // tell() is on its way
};

class Sender {
 public:
  explicit Sender(std::shared_ptr<SenderMail> mail) : mail_(std::move(mail)) {}

  // Hands a message, text (UTF-8) or bytes, to the client, which sends it as its own. Never waits:
  // throws Error (std::errc::no_buffer_space) while as much waits as the client's outbox may hold,
  // and (std::errc::not_connected) once the client is over, with its reason.
  template <std::convertible_to<std::string_view> Text>
  void send(const Text& text) const {
    put(std::string_view(text), MessageKind::text);
  }
  void send(Bytes bytes) const { put(bytes, MessageKind::binary); }

 private:
  void put(Bytes bytes, MessageKind kind) const;

  // Shared: a sender may outlive its client, on a thread of its own.
  std::shared_ptr<SenderMail> mail_;
};

// A message of one's own, its bytes copied.
Message make_message(Bytes bytes, MessageKind kind);
// "ACTION: message too long: ...", for what is past `size_max` bytes by itself.
Error too_big_error(const std::string& action, std::size_t size, std::size_t size_max);

}  // namespace bowline
