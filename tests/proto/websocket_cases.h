// What a WebSocket endpoint that echoes messages must do, case by case: the public cases of the
// Autobahn|Testsuite, sections 1 to 7, 9, 10, 12 and 13, written from RFC 6455, RFC 7692 and their
// published descriptions. A case says what the other side sends and expects, and is played over
// any wire (websocket_player.h).
#pragma once

#include "bowline/proto/deflate_parameters.h"

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace bowline::testing {

struct CaseStep {
  enum class Kind {
    frame,    // send a frame, or the first `stop` bytes of its payload
    more,     // send `stop` more bytes of that frame
    message,  // send a message in frames of `fragment_size`, compressed where that was agreed on
    answer,   // this message or pong must come next
    quiet,    // nothing comes, and the connection stays
    close,    // a close frame with one of `codes` comes, and nothing after it
  };
  static constexpr std::size_t all = static_cast<std::size_t>(-1);

  Kind kind = Kind::frame;
  unsigned opcode = 1;
  std::string payload = {};
  bool final = true;
  unsigned reserved = 0;
  std::size_t stop = all;
  std::size_t chop_size = all;  // bytes that are sent at a time
  std::size_t fragment_size = all;
  std::vector<unsigned> codes = {};
};

using CaseSteps = std::vector<CaseStep>;

// At the end of the steps the other side closes with 1000 and is answered so, unless a close was a
// step.
struct WebSocketCase {
  std::string id;  // as in the public report: "6.4.3"
  std::string description;
  std::function<CaseSteps()> steps;
  std::optional<DeflateParameters> deflate = {};  // agreed on in the handshake
};

inline void PrintTo(const WebSocketCase& what, std::ostream* out) {
  *out << what.id;
}

// `messages_max`: how many messages those cases send that the report has with 1000; a case of big
// messages sends fewer.
std::vector<WebSocketCase> websocket_cases(std::size_t messages_max);

// The parts of that table, one file each.
void add_framing_cases(std::vector<WebSocketCase>& cases);                                // 1 to 5
void add_utf8_cases(std::vector<WebSocketCase>& cases);                                   // 6
void add_close_cases(std::vector<WebSocketCase>& cases);                                  // 7
void add_size_cases(std::vector<WebSocketCase>& cases, std::size_t messages_max);         // 9, 10
void add_compression_cases(std::vector<WebSocketCase>& cases, std::size_t messages_max);  // 12, 13

// Steps, short to write.
CaseStep frame(unsigned opcode, std::string payload = {}, bool final = true);
CaseStep reserved_frame(unsigned opcode, std::string payload, unsigned reserved);
CaseStep close_frame(unsigned code, std::string reason = {});
CaseStep answer(unsigned opcode, std::string payload);
CaseStep quiet();
CaseStep closed(std::vector<unsigned> codes);
CaseSteps chopped(std::size_t chop_size, CaseSteps steps);

}  // namespace bowline::testing
