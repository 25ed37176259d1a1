#include "bowline/services/receive.h"

namespace bowline {

Task<> serve_receive(MessageStream messages) {
  co_await messages.receive();
}

}  // namespace bowline
