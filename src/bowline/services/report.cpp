#include "bowline/services/report.h"

namespace bowline {

Task<> serve_report(MessageStream messages) {
  std::string peer = messages.peer_address().tuple();
  while (Message message = co_await messages.receive()) {
    std::string answer = "[CONNECTION] Received " + repr(message.bytes()) + " from " + peer;
    co_await messages.send(answer);
  }
}

}  // namespace bowline
