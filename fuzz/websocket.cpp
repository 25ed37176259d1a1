// The same bytes, cut in different ways, must give the same events and the same output. The first
// byte says which role, whether compression was agreed on, and whether our side closes first.
#include "bowline/proto/websocket.h"

#include "bowline/base/check.h"
#include "tests/proto/websocket_events.h"

#include <cstdint>
#include <vector>

namespace {

using bowline::Bytes;
using bowline::Time;
using bowline::WebSocketEvent;
using bowline::WebSocketProtocol;

struct Setting {
  bool client;
  bool deflate;
  bool takeover;
  bool closes;
};

const bowline::WebSocketOptions options{
    .message_size_max = 700, .fragment_count_max = 8, .compressed_size_min = 0};

WebSocketProtocol protocol(const Setting& setting) {
  bowline::DeflateParameters parameters{9, 9, !setting.takeover, !setting.takeover};
  const auto* deflate = setting.deflate ? &parameters : nullptr;
  if (setting.client) return WebSocketProtocol::client(options, Time(), {1, 2}, deflate);
  return WebSocketProtocol::server(options, Time(), deflate);
}

// Everything that happens, echoes and all, as text.
std::string story(const Setting& setting, Bytes bytes, std::size_t piece_size) {
  WebSocketProtocol echo = protocol(setting);
  if (setting.closes) echo.close(1000, "first", Time());
  std::string events, output;
  int closed = 0;
  auto take_events = [&] {
    while (WebSocketEvent event = echo.next_event()) {
      events += bowline::testing::event_text(event);
      closed += event.kind == WebSocketEvent::Kind::closed;
      BOWLINE_CHECK(event.bytes.size() <= options.message_size_max);
      if (event.is_message()) echo.send(bowline::WebSocketKind::binary, event.bytes);
    }
    output += bowline::testing::output_of(echo);
  };
  for (Bytes rest = bytes; !rest.empty(); rest = rest.after(piece_size)) {
    // Memory of the very size, that goes before the next piece comes.
    std::vector<std::byte> piece(rest.begin(), rest.begin() + rest.first(piece_size).size());
    echo.receive(piece, Time());
    take_events();
  }
  echo.receive_end();
  take_events();
  BOWLINE_CHECK(closed == 1 && echo.is_over());
  return events + "|" + output;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 2000) return 0;
  Setting setting{(data[0] & 1) != 0, (data[0] & 2) != 0, (data[0] & 4) != 0, (data[0] & 8) != 0};
  Bytes bytes(data + 1, size - 1);
  std::string whole = story(setting, bytes, bytes.size() + 1);
  for (std::size_t piece_size : {1, 2, 3, 5, 13, 100}) {
    BOWLINE_CHECK(story(setting, bytes, piece_size) == whole);
  }
  return 0;
}
