// What a WebSocketProtocol said, as text that tests compare: "[text one][ping][closed 1000 bye]".
#pragma once

#include "bowline/proto/websocket.h"

#include <string>
#include <string_view>

namespace bowline::testing {

inline std::string event_text(const WebSocketEvent& event) {
  using Kind = WebSocketEvent::Kind;
  switch (event.kind) {
    case Kind::busy:
      return {};
    case Kind::none:
      return {};
    case Kind::text:
      return "[text " + std::string(event.text()) + "]";
    case Kind::binary:
      return "[binary " + std::string(event.text()) + "]";
    case Kind::ping:
      return "[ping " + std::string(event.text()) + "]";
    case Kind::pong:
      return "[pong " + std::string(event.text()) + "]";
    case Kind::closed:
      return (event.clean ? "[closed " : "[failed ") + std::to_string(event.code) + " " +
             std::string(event.text()) + "]";
  }
  return "[unknown]";
}

// Everything up to the next need of input.
inline std::string events(WebSocketProtocol& protocol) {
  std::string all;
  while (WebSocketEvent event = protocol.next_event()) all += event_text(event);
  return all;
}

// Receives `bytes` from memory of their very size, so that a sanitizer sees a step beside it.
inline std::string events_of(WebSocketProtocol& protocol, std::string_view bytes,
                             Time now = Time()) {
  auto memory = std::make_unique<std::byte[]>(bytes.size());
  if (!bytes.empty()) std::memcpy(memory.get(), bytes.data(), bytes.size());
  protocol.receive({memory.get(), bytes.size()}, now);
  return events(protocol);
}

// Takes the output, as the bytes that would be written.
inline std::string output_of(WebSocketProtocol& protocol) {
  return std::string(std::exchange(protocol.output(), {}).bytes().text());
}

}  // namespace bowline::testing
