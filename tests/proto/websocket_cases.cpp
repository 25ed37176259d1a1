#include "tests/proto/websocket_cases.h"

namespace bowline::testing {

using Kind = CaseStep::Kind;

std::vector<WebSocketCase> websocket_cases(std::size_t messages_max) {
  std::vector<WebSocketCase> cases;
  add_framing_cases(cases);
  add_utf8_cases(cases);
  add_close_cases(cases);
  add_size_cases(cases, messages_max);
  add_compression_cases(cases, messages_max);
  return cases;
}

CaseStep frame(unsigned opcode, std::string payload, bool final) {
  return {.opcode = opcode, .payload = std::move(payload), .final = final};
}

CaseStep reserved_frame(unsigned opcode, std::string payload, unsigned reserved) {
  return {.opcode = opcode, .payload = std::move(payload), .reserved = reserved};
}

CaseStep close_frame(unsigned code, std::string reason) {
  std::string payload = {static_cast<char>(code >> 8), static_cast<char>(code)};
  return frame(8, payload + reason);
}

CaseStep answer(unsigned opcode, std::string payload) {
  return {.kind = Kind::answer, .opcode = opcode, .payload = std::move(payload)};
}

CaseStep quiet() {
  return {.kind = Kind::quiet};
}

CaseStep closed(std::vector<unsigned> codes) {
  return {.kind = Kind::close, .codes = std::move(codes)};
}

CaseSteps chopped(std::size_t chop_size, CaseSteps steps) {
  for (CaseStep& step : steps) step.chop_size = chop_size;
  return steps;
}

}  // namespace bowline::testing
