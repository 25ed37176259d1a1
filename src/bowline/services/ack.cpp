#include "bowline/services/ack.h"

#include "bowline/base/text.h"

namespace bowline {
namespace {

// A line's end after the word does not count: people type this one.
bool is_close(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return equals_ignoring_case(text, "close");
}

}  // namespace

Task<> serve_ack(MessageStream messages) {
  while (Message message = co_await messages.receive()) {
    bool closing = is_close(message.text());
    co_await messages.send(closing ? "closed" : "accepted");
    if (closing) co_return;
  }
}

}  // namespace bowline
