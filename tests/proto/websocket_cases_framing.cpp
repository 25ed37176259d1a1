// Sections 1 to 5: messages of all sizes, pings and pongs, reserved bits and opcodes, fragments.
#include "tests/proto/websocket_cases.h"

namespace bowline::testing {
namespace {

const std::string hello = "Hello, world!";
const std::string binary("\x00\xff\xfe\xfd\xfc\xfb\x00\xff", 8);

struct Table {
  std::vector<WebSocketCase>& cases;

  void add(std::string id, std::string description, CaseSteps steps) {
    cases.push_back({std::move(id), std::move(description), [=] { return steps; }});
  }
};

std::string numbered(std::string_view word, int number) {
  return std::string(word) + std::to_string(number);
}

void add_messages(Table table) {
  const std::vector<std::size_t> sizes = {0, 125, 126, 127, 128, 65535, 65536};
  for (unsigned opcode : {1u, 2u}) {
    std::string section = numbered("1.", static_cast<int>(opcode)) + ".";
    std::string kind = opcode == 1 ? "text" : "binary";
    int number = 1;
    for (std::size_t size : sizes) {
      std::string payload(size, opcode == 1 ? '*' : '\xfe');
      table.add(section + std::to_string(number++), kind + " of " + std::to_string(size) + " bytes",
                {frame(opcode, payload), answer(opcode, payload)});
    }
    std::string payload(65536, opcode == 1 ? '*' : '\xfe');
    table.add(section + "8", kind + " of 65536 bytes, sent 997 at a time",
              chopped(997, {frame(opcode, payload), answer(opcode, payload)}));
  }
}

void add_pings(Table table) {
  std::string full(125, '\xfe');
  table.add("2.1", "ping without payload", {frame(9), answer(10, "")});
  table.add("2.2", "ping with text", {frame(9, hello), answer(10, hello)});
  table.add("2.3", "ping with bytes that are not UTF-8", {frame(9, binary), answer(10, binary)});
  table.add("2.4", "ping of 125 bytes", {frame(9, full), answer(10, full)});
  table.add("2.5", "ping of 126 bytes", {frame(9, full + '\xfe'), closed({1002})});
  table.add("2.6", "ping of 125 bytes, byte by byte",
            chopped(1, {frame(9, full), answer(10, full)}));
  table.add("2.7", "pong that nobody asked for", {frame(10), quiet()});
  table.add("2.8", "pong that nobody asked for, with payload", {frame(10, "unasked"), quiet()});
  table.add("2.9", "such a pong, then a ping",
            {frame(10, "unasked"), frame(9, "ping payload"), answer(10, "ping payload")});
  CaseSteps pings;
  for (int index = 0; index < 10; ++index) pings.push_back(frame(9, numbered("payload-", index)));
  for (int index = 0; index < 10; ++index) pings.push_back(answer(10, numbered("payload-", index)));
  table.add("2.10", "10 pings", pings);
  table.add("2.11", "10 pings, byte by byte", chopped(1, pings));
}

// A good message, then a frame that ends all, then a ping that is not answered.
CaseSteps good_then(CaseStep bad) {
  return {frame(1, hello), std::move(bad), frame(9), answer(1, hello), closed({1002})};
}

void add_reserved(Table table) {
  table.add("3.1", "text with RSV 1", {reserved_frame(1, hello, 1), closed({1002})});
  table.add("3.2", "text, text with RSV 2, ping", good_then(reserved_frame(1, hello, 2)));
  table.add("3.3", "text, text with RSV 3, ping", good_then(reserved_frame(1, hello, 3)));
  table.add("3.4", "the same with RSV 4, byte by byte",
            chopped(1, good_then(reserved_frame(1, hello, 4))));
  table.add("3.5", "binary with RSV 5", {reserved_frame(2, binary, 5), closed({1002})});
  table.add("3.6", "ping with RSV 6", {reserved_frame(9, hello, 6), closed({1002})});
  table.add("3.7", "close with RSV 7", {reserved_frame(8, "", 7), closed({1002})});
}

void add_opcodes(Table table) {
  for (unsigned first : {3u, 11u}) {
    std::string section = first == 3 ? "4.1." : "4.2.";
    auto what = [](unsigned opcode) { return "reserved opcode " + std::to_string(opcode); };
    table.add(section + "1", what(first), {frame(first), closed({1002})});
    table.add(section + "2", what(first + 1) + " with payload",
              {frame(first + 1, "reserved"), closed({1002})});
    table.add(section + "3", "text, " + what(first + 2) + ", ping", good_then(frame(first + 2)));
    table.add(section + "4", "text, " + what(first + 3) + " with payload, ping",
              good_then(frame(first + 3, hello)));
    table.add(section + "5", "text, " + what(first + 4) + " with payload, ping, byte by byte",
              chopped(1, good_then(frame(first + 4, hello))));
  }
}

void add_good_fragments(Table table) {
  const std::string one = "fragment1", two = "fragment2";
  CaseSteps steps = {frame(1, one, false), frame(0, two), answer(1, one + two)};
  table.add("5.3", "text in 2 fragments", steps);
  table.add("5.4", "the same, a frame at a time", steps);
  table.add("5.5", "the same, byte by byte", chopped(1, steps));
  steps = {frame(1, one, false), frame(9, "ping"), frame(0, two), answer(10, "ping"),
           answer(1, one + two)};
  table.add("5.6", "text in 2 fragments, a ping between", steps);
  table.add("5.7", "the same, a frame at a time", steps);
  table.add("5.8", "the same, byte by byte", chopped(1, steps));
  steps = {
      frame(1, "fragment1", false), frame(0, "fragment2", false),
      frame(9, "pongme 1!"),        answer(10, "pongme 1!"),
      frame(0, "fragment3", false), frame(0, "fragment4", false),
      frame(9, "pongme 2!"),        frame(0, "fragment5"),
      answer(10, "pongme 2!"),      answer(1, "fragment1fragment2fragment3fragment4fragment5")};
  table.add("5.19", "text in 5 fragments with pings between, answered before the text's end",
            steps);
  table.add("5.20", "the same, a frame at a time", steps);
}

void add_bad_fragments(Table table) {
  const std::string one = "fragment1", two = "fragment2", three = "fragment3";
  CaseStep refused = closed({1002});
  table.add("5.1", "ping in 2 fragments", {frame(9, one, false), frame(0, two), refused});
  table.add("5.2", "pong in 2 fragments", {frame(10, one, false), frame(0, two), refused});
  for (bool final : {true, false}) {
    CaseSteps steps = {frame(0, "nothing to continue", final), frame(1, hello), refused};
    std::string what = final ? "last fragment" : "fragment that is not the last";
    int number = final ? 9 : 12;
    table.add(numbered("5.", number), what + " of no message, then text", steps);
    table.add(numbered("5.", number + 1), "the same, a frame at a time", steps);
    table.add(numbered("5.", number + 2), "the same, byte by byte", chopped(1, steps));
  }
  table.add("5.15", "text in 2 fragments, a fragment of no message, text",
            {frame(1, one, false), frame(0, two), frame(0, three, false), frame(1, "fragment4"),
             answer(1, one + two), refused});
  for (bool final : {false, true}) {
    CaseSteps steps;
    for (int round = 0; round < 2; ++round) {
      steps.push_back(frame(0, one, final));
      steps.push_back(frame(1, two, false));
      steps.push_back(frame(0, three));
    }
    steps.push_back(refused);
    table.add(final ? "5.17" : "5.16", "twice: a fragment of no message, text in 2 fragments",
              steps);
  }
  table.add("5.18", "text whose 2 fragments both say text",
            {frame(1, one, false), frame(1, two), refused});
}

}  // namespace

void add_framing_cases(std::vector<WebSocketCase>& cases) {
  Table table{cases};
  add_messages(table);
  add_pings(table);
  add_reserved(table);
  add_opcodes(table);
  add_good_fragments(table);
  add_bad_fragments(table);
}

}  // namespace bowline::testing
