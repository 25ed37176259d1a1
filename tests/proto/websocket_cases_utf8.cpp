// Section 6: text and what is not text. The strings of 6.5 on are those of Markus Kuhn's
// UTF-8 decoder stress test, by its sections, as far as the public report has them.
#include "tests/proto/websocket_cases.h"

#include "bowline/base/bytes.h"

namespace bowline::testing {
namespace {

const std::string greek = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
const std::string hello = "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!";

void add(std::vector<WebSocketCase>& cases, std::string id, std::string description,
         CaseSteps steps) {
  cases.push_back({std::move(id), std::move(description), [=] { return steps; }});
}

CaseStep by_bytes(std::string payload) {
  return {.kind = CaseStep::Kind::message, .payload = std::move(payload), .fragment_size = 1};
}

// The first `count` bytes of a text frame; then more of it.
CaseStep begun(std::string payload, std::size_t count) {
  CaseStep step = frame(1, std::move(payload));
  step.stop = count;
  return step;
}

CaseStep more(std::size_t count) {
  return {.kind = CaseStep::Kind::more, .stop = count};
}

void add_good(std::vector<WebSocketCase>& cases) {
  add(cases, "6.1.1", "empty text", {frame(1), answer(1, "")});
  add(cases, "6.1.2", "text in 3 empty fragments",
      {frame(1, "", false), frame(0, "", false), frame(0), answer(1, "")});
  add(cases, "6.1.3", "text in 3 fragments, only the middle one not empty",
      {frame(1, "", false), frame(0, "middle", false), frame(0), answer(1, "middle")});
  add(cases, "6.2.1", "text in one frame", {frame(1, hello), answer(1, hello)});
  add(cases, "6.2.2", "text in 2 fragments, cut between characters",
      {frame(1, hello.substr(0, 13), false), frame(0, hello.substr(13)), answer(1, hello)});
  add(cases, "6.2.3", "text in fragments of a byte", {by_bytes(hello), answer(1, hello)});
  add(cases, "6.2.4", "the same with other text", {by_bytes(greek), answer(1, greek)});
}

// What must be refused at once, in the middle of a message or frame.
void add_fail_fast(std::vector<WebSocketCase>& cases) {
  CaseStep refused = closed({1007});
  std::string surrogate = greek + "\xed\xa0\x80" + "edited";
  add(cases, "6.3.1", "bad text in one frame", {frame(1, surrogate), refused});
  add(cases, "6.3.2", "bad text in fragments of a byte", {by_bytes(surrogate), refused});

  const std::string bad = "\xf4\x90\x80\x80", rest = "edited";
  std::string text = greek + bad + rest;
  add(cases, "6.4.1", "good fragment, bad fragment: refused before the third",
      {frame(1, greek, false), quiet(), frame(0, bad, false), refused});
  add(cases, "6.4.2", "good fragment, the byte that makes it bad",
      {frame(1, text.substr(0, 12), false), quiet(), frame(0, text.substr(12, 1), false), refused});
  add(cases, "6.4.3", "part of a frame that is good, part that is bad",
      {begun(text, 11), quiet(), more(4), refused});
  add(cases, "6.4.4", "part of a frame that is good, the byte that makes it bad",
      {begun(text, 12), quiet(), more(1), refused});
}

using Strings = std::vector<std::string>;

Strings prefixes() {
  Strings all;
  for (std::size_t size = 1; size <= greek.size(); ++size) all.push_back(greek.substr(0, size));
  return all;
}

Strings continuations() {
  Strings all = {"\x80", "\xbf"};
  std::string text = "\x80";
  for (int index = 1; index < 6; ++index) {
    text += index % 2 ? '\xbf' : '\x80';
    all.push_back(text);
  }
  text.clear();
  for (int byte = 0x80; byte < 0xbf; ++byte) text += static_cast<char>(byte);
  all.push_back(text);
  return all;
}

Strings lonely_starts() {
  Strings all;
  for (auto [first, last] :
       {std::pair(0xc0, 0xdf), {0xe0, 0xef}, {0xf0, 0xf7}, {0xf8, 0xfb}, {0xfc, 0xfd}}) {
    all.emplace_back();
    for (int byte = first; byte < last; ++byte) (all.back() += static_cast<char>(byte)) += ' ';
  }
  return all;
}

const Strings incomplete = {
    "\xc0", "\xe0\x80", "\xf0\x80\x80", "\xf8\x80\x80\x80", "\xfc\x80\x80\x80\x80",
    "\xdf", "\xef\xbf", "\xf7\xbf\xbf", "\xfb\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf"};

Strings non_characters() {
  Strings all = {"\xef\xbf\xbe", "\xef\xbf\xbf"};
  for (char first : {'\xf0', '\xf1', '\xf2', '\xf3', '\xf4'}) {
    for (char second : {'\x8f', '\x9f', '\xaf', '\xbf'}) {
      // Overlong, and past the last character of Unicode.
      if ((first == '\xf0' && second == '\x8f') || (first == '\xf4' && second != '\x8f')) continue;
      for (char last : {'\xbe', '\xbf'}) all.push_back({first, second, '\xbf', last});
    }
  }
  return all;
}

std::vector<Strings> sections() {
  std::string all_incomplete;
  for (const std::string& text : incomplete) all_incomplete += text;
  return {
      {"hello$world", "hello\xc2\xa2world", "hello\xe2\x82\xacworld", "hello\xf0\xa4\xad\xa2world",
       greek},
      prefixes(),
      {std::string(1, '\0'), "\xc2\x80", "\xe0\xa0\x80", "\xf0\x90\x80\x80"},
      {"\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80"},
      {"\x7f", "\xdf\xbf", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf"},
      {"\xf7\xbf\xbf\xbf", "\xfb\xbf\xbf\xbf\xbf", "\xfd\xbf\xbf\xbf\xbf\xbf"},
      {"\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf", "\xf4\x90\x80\x80"},
      continuations(),
      lonely_starts(),
      incomplete,
      {all_incomplete},
      {"\xfe", "\xff", "\xfe\xfe\xff\xff"},
      {"\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xf8\x80\x80\x80\xaf",
       "\xfc\x80\x80\x80\x80\xaf"},
      {"\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf8\x87\xbf\xbf\xbf",
       "\xfc\x83\xbf\xbf\xbf\xbf"},
      {"\xc0\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf8\x80\x80\x80\x80",
       "\xfc\x80\x80\x80\x80\x80"},
      {"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf", "\xed\xb0\x80",
       "\xed\xbe\x80", "\xed\xbf\xbf"},
      {"\xed\xa0\x80\xed\xb0\x80", "\xed\xa0\x80\xed\xbf\xbf", "\xed\xad\xbf\xed\xb0\x80",
       "\xed\xad\xbf\xed\xbf\xbf", "\xed\xae\x80\xed\xb0\x80", "\xed\xae\x80\xed\xbf\xbf",
       "\xed\xaf\xbf\xed\xb0\x80", "\xed\xaf\xbf\xed\xbf\xbf"},
      non_characters(),
      {"\xef\xbf\xb9", "\xef\xbf\xba", "\xef\xbf\xbb", "\xef\xbf\xbc", "\xef\xbf\xbd",
       "\xef\xbf\xbe", "\xef\xbf\xbf"},
  };
}

// Which strings of a section are text, counted from 1: all, none, or these.
bool is_text(int section, int number) {
  switch (section) {
    case 5:
    case 7:
    case 9:
    case 22:
    case 23:
      return true;
    case 6:  // of the prefixes those that end with a character
      return number == 2 || number == 5 || number == 7 || number == 9 || number == 11;
    case 11:
      return number < 5;
    default:
      return false;
  }
}

}  // namespace

void add_utf8_cases(std::vector<WebSocketCase>& cases) {
  add_good(cases);
  add_fail_fast(cases);
  int section = 5;
  for (const Strings& texts : sections()) {
    int number = 1;
    for (const std::string& text : texts) {
      bool good = is_text(section, number);
      add(cases, "6." + std::to_string(section) + "." + std::to_string(number),
          (good ? "text: " : "not text: ") + repr(text),
          {frame(1, text), good ? answer(1, text) : closed({1007})});
      ++number;
    }
    ++section;
  }
}

}  // namespace bowline::testing
