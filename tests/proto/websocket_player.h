// Plays a case of websocket_cases.h over a wire to whatever echoes at its other end.
#pragma once

#include "tests/proto/websocket_cases.h"
#include "tests/proto/websocket_peer.h"

#include <string>
#include <string_view>

namespace bowline::testing {

// A connection whose handshake is done.
class WebSocketWire {
 public:
  virtual ~WebSocketWire() = default;
  virtual void write(std::string_view bytes) = 0;
  // Waits for bytes; empty at the end of the stream, or when it has taken too long.
  virtual std::string read() = 0;
  // Nothing comes, for as long as one cares to wait, and the stream does not end.
  virtual bool is_quiet() = 0;
};

// Plays the client's part or the server's. Empty when all was as it must be, else what was not.
std::string play(const WebSocketCase& what, bool as_client, WebSocketWire& wire);

}  // namespace bowline::testing
