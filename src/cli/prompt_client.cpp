#include "cli/prompt_client.h"

#include "bowline/base/text.h"

#include <string>

namespace bowline::cli {
namespace {

constexpr std::string_view farewell = "Connection to server closed\n";

std::string_view without_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

Task<Bytes> MessageInput::next() {
  for (;;) {
    Bytes line = co_await lines_.next();
    Bytes message = Bytes(without_end(line.text())).first(message_size_max);
    if (line.empty() || !message.empty()) co_return message;
  }
}

Task<bool> AnswerOutput::show(Bytes piece) {
  bool closed = equals_ignoring_case(piece.text(), "closed");
  std::string text(closed ? farewell : "Received: ");
  if (!closed) (text += piece.text()) += '\n';
  bool wants_more = co_await output_.show(text);
  co_return wants_more && !closed;
}

Task<> AnswerOutput::end() {
  bool shown = co_await output_.show(farewell);
  static_cast<void>(shown);
}

}  // namespace bowline::cli
