// Section 7: how connections close.
#include "tests/proto/websocket_cases.h"

namespace bowline::testing {
namespace {

const std::string bad_utf8 =
    "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80"
    "edited";

void add(std::vector<WebSocketCase>& cases, std::string id, std::string description,
         CaseSteps steps) {
  cases.push_back({std::move(id), std::move(description), [=] { return steps; }});
}

void add_basics(std::vector<WebSocketCase>& cases) {
  const std::string hello = "Hello World!";
  CaseStep close = close_frame(1000);
  CaseStep answered = closed({1000});
  add(cases, "7.1.1", "text, then a close", {frame(1, hello), answer(1, hello), close, answered});
  add(cases, "7.1.2", "two closes", {close, frame(8), answered});
  add(cases, "7.1.3", "a ping after a close", {close, frame(9), answered});
  add(cases, "7.1.4", "text after a close", {close, frame(1, hello), answered});
  add(cases, "7.1.5", "a close inside a fragmented message",
      {frame(1, "fragment1", false), close, frame(0, "fragment2"), answered});
  cases.push_back({"7.1.6", "256 KiB of text, text, a close and a ping", [=]() -> CaseSteps {
                     std::string big;
                     while (big.size() < 256 << 10) big += "BAsd7&jh23";
                     big.resize(256 << 10);
                     return {frame(1, big),  frame(1, hello),  close,   frame(9),
                             answer(1, big), answer(1, hello), answered};
                   }});
}

void add_payloads(std::vector<WebSocketCase>& cases) {
  add(cases, "7.3.1", "a close without code", {frame(8), closed({1000, 1005})});
  add(cases, "7.3.2", "a close with half a code", {frame(8, "a"), closed({1002})});
  add(cases, "7.3.3", "a close with a code", {close_frame(1000), closed({1000})});
  add(cases, "7.3.4", "a close with code and reason",
      {close_frame(1000, "Hello World!"), closed({1000})});
  add(cases, "7.3.5", "a close with the longest reason, 123 bytes",
      {close_frame(1000, std::string(123, '*')), closed({1000})});
  add(cases, "7.3.6", "a close with a reason of 124 bytes",
      {close_frame(1000, std::string(124, '*')), closed({1002})});
  add(cases, "7.5.1", "a close with a reason that is not UTF-8",
      {close_frame(1000, bad_utf8), closed({1007})});
}

}  // namespace

void add_close_cases(std::vector<WebSocketCase>& cases) {
  add_basics(cases);
  add_payloads(cases);
  int number = 1;
  for (unsigned code :
       {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999}) {
    add(cases, "7.7." + std::to_string(number++), "close with the code " + std::to_string(code),
        {close_frame(code), closed({1000, code})});
  }
  number = 1;
  for (unsigned code : {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999}) {
    add(cases, "7.9." + std::to_string(number++),
        "close with " + std::to_string(code) + ", which may not travel",
        {close_frame(code), closed({1002})});
  }
  number = 1;
  for (unsigned code : {5000, 65535}) {
    add(cases, "7.13." + std::to_string(number++),
        "close with " + std::to_string(code) + ", which has no meaning",
        {close_frame(code), closed({1002})});
  }
}

}  // namespace bowline::testing
