#include "bowline/client/sender.h"

#include <fmt/format.h>

#include <utility>

namespace bowline {

Message make_message(Bytes bytes, MessageKind kind) {
  return Message(Chunk::copy(bytes), kind);
}

Error too_big_error(const std::string& action, std::size_t size, std::size_t size_max) {
  return make_error(std::make_error_code(std::errc::message_size), action,
                    fmt::format("it has {} bytes, and the limit is {}", size, size_max));
}

SenderMail::SenderMail(Network network, std::string url, const OutboxOptions& limits,
                       std::function<void()> on_mail)
    : url_(std::move(url)), limits_(limits), network_(network), on_mail_(std::move(on_mail)) {}

// The loop is there as long as it is known here: end() comes before it goes, and waits for the
// lock.
void SenderMail::post(const std::shared_ptr<SenderMail>& mail, Message message) {
  std::lock_guard lock(mail->mutex_);
  std::string action = "send to " + mail->url_;
  if (!mail->network_) {
    throw make_error(std::make_error_code(std::errc::not_connected), action, mail->why_);
  }
  if (message.size() > mail->limits_.size_max) {
    throw too_big_error(action, message.size(), mail->limits_.size_max);
  }
  bool fits = mail->messages_.size() < mail->limits_.count_max &&
              mail->size_ + message.size() <= mail->limits_.size_max;
  if (!fits) {
    throw make_error(
        std::make_error_code(std::errc::no_buffer_space), action,
        fmt::format("{} messages wait; the client is offline or slow", mail->messages_.size()));
  }
  mail->size_ += message.size();
  mail->messages_.push_back(std::move(message));
  if (std::exchange(mail->posted_, true)) return;
  mail->network_->post([mail] { mail->tell(); });
}

void SenderMail::tell() {
  {
    std::lock_guard lock(mutex_);
    posted_ = false;
    if (!network_) return;
  }
  // Only this thread calls end(), so the client is there.
  on_mail_();
}

bool SenderMail::deliver_to(Outbox& outbox) {
  std::lock_guard lock(mutex_);
  while (!messages_.empty()) {
    std::size_t size = messages_.front().size();
    Outbox::Put put = outbox.put(std::move(messages_.front()));
    if (put == Outbox::Put::closed) return false;
    if (put == Outbox::Put::full) return true;
    size_ -= size;
    messages_.pop_front();
  }
  return true;
}

void SenderMail::end(std::string why) {
  std::lock_guard lock(mutex_);
  if (!network_) return;
  network_.reset();
  why_ = std::move(why);
}

void Sender::put(Bytes bytes, MessageKind kind) const {
  SenderMail::post(mail_, make_message(bytes, kind));
}

}  // namespace bowline
