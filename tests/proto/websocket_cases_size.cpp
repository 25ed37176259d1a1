// Sections 9 and 10: big messages, many messages, many fragments.
#include "tests/proto/websocket_cases.h"

namespace bowline::testing {
namespace {

constexpr std::size_t kibi = 1024;
constexpr std::size_t mebi = 1024 * kibi;

std::string repeated(std::string_view pattern, std::size_t size) {
  std::string text;
  text.reserve(size + pattern.size());
  while (text.size() < size) text += pattern;
  text.resize(size);
  return text;
}

std::string payload(unsigned opcode, std::size_t size) {
  return repeated(opcode == 1 ? "BAsd7&jh23" : std::string_view("\x00\xfe\x23\xfa\xf0", 5), size);
}

std::string kind(unsigned opcode) {
  return opcode == 1 ? "text" : "binary";
}

std::string id(int section, unsigned opcode, int number) {
  return "9." + std::to_string(section + static_cast<int>(opcode) - 1) + "." +
         std::to_string(number);
}

CaseStep message(unsigned opcode, std::string bytes, std::size_t fragment_size) {
  return {.kind = CaseStep::Kind::message,
          .opcode = opcode,
          .payload = std::move(bytes),
          .fragment_size = fragment_size};
}

void add_big(std::vector<WebSocketCase>& cases, unsigned opcode) {
  int number = 1;
  for (std::size_t size : {64 * kibi, 256 * kibi, mebi, 4 * mebi, 8 * mebi, 16 * mebi}) {
    cases.push_back({id(1, opcode, number++),
                     kind(opcode) + " of " + std::to_string(size / kibi) + " KiB",
                     [=]() -> CaseSteps {
                       std::string bytes = payload(opcode, size);
                       return {frame(opcode, bytes), answer(opcode, bytes)};
                     }});
  }
}

void add_fragmented(std::vector<WebSocketCase>& cases, unsigned opcode) {
  int number = 1;
  for (std::size_t size :
       {64 * 1ul, 256 * 1ul, kibi, 4 * kibi, 16 * kibi, 64 * kibi, 256 * kibi, mebi, 4 * mebi}) {
    cases.push_back({id(3, opcode, number++),
                     "4 MiB of " + kind(opcode) + " in fragments of " + std::to_string(size),
                     [=]() -> CaseSteps {
                       std::string bytes(4 * mebi, opcode == 1 ? '*' : '\xfe');
                       return {message(opcode, bytes, size), answer(opcode, bytes)};
                     }});
  }
}

void add_chopped(std::vector<WebSocketCase>& cases, unsigned opcode) {
  int number = 1;
  for (std::size_t size : {64, 128, 256, 512, 1024, 2048}) {
    cases.push_back({id(5, opcode, number++),
                     "1 MiB of " + kind(opcode) + ", sent " + std::to_string(size) + " at a time",
                     [=]() -> CaseSteps {
                       std::string bytes = payload(opcode, mebi);
                       return chopped(size, {frame(opcode, bytes), answer(opcode, bytes)});
                     }});
  }
}

void add_many(std::vector<WebSocketCase>& cases, unsigned opcode, std::size_t messages_max) {
  int number = 1;
  for (std::size_t size : {0, 16, 64, 256, 1024, 4096}) {
    cases.push_back({id(7, opcode, number++),
                     "many messages of " + std::to_string(size) + " bytes, " + kind(opcode) +
                         ", each answered before the next",
                     [=]() -> CaseSteps {
                       std::string bytes(size, opcode == 1 ? '*' : '\xfe');
                       CaseSteps steps;
                       for (std::size_t count = 0; count < messages_max; ++count) {
                         steps.push_back(frame(opcode, bytes));
                         steps.push_back(answer(opcode, bytes));
                       }
                       return steps;
                     }});
  }
}

}  // namespace

void add_size_cases(std::vector<WebSocketCase>& cases, std::size_t messages_max) {
  for (unsigned opcode : {1u, 2u}) {
    add_big(cases, opcode);
    add_fragmented(cases, opcode);
    add_chopped(cases, opcode);
    add_many(cases, opcode, messages_max);
  }
  cases.push_back({"10.1.1", "65536 bytes of text in fragments of 1300", []() -> CaseSteps {
                     std::string text(65536, '*');
                     return {message(1, text, 1300), answer(1, text)};
                   }});
}

}  // namespace bowline::testing
