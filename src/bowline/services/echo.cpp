#include "bowline/services/echo.h"

namespace bowline {

Task<> serve_echo(MessageStream messages) {
  while (Message message = co_await messages.receive()) co_await messages.send(message);
}

}  // namespace bowline
