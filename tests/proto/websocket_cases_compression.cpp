// Sections 12 and 13: permessage-deflate, with data of several kinds and all that can be agreed on.
// The data is made here, of the kinds that the public report has.
#include "tests/proto/websocket_cases.h"

#include "bowline/base/random.h"

#include <algorithm>
#include <array>
#include <memory>

namespace bowline::testing {
namespace {

struct Data {
  std::string what;
  unsigned opcode;
  std::shared_ptr<const std::string> bytes;
};

Data data(std::string what, unsigned opcode, std::string bytes) {
  return {std::move(what), opcode, std::make_shared<const std::string>(std::move(bytes))};
}

constexpr std::array<std::string_view, 12> words = {
    "Faust", "habe",   "nun",  "ach",       "Philosophie", "Juristerei",
    "und",   "leider", "auch", "Theologie", "durchaus",    "studiert"};

std::string json() {
  Random random(1);
  std::string text = "[";
  while (text.size() < 200000) {
    text += "{\"id\": " + std::to_string(random.below(100000)) + ", \"name\": \"";
    text.append(words[random.below(words.size())]).append("\", \"tags\": [\"caf\u00e9\", \"");
    text.append(words[random.below(words.size())]).append("\"], \"price\": ");
    text += std::to_string(random.below(1000)) + ".99},\n";
  }
  return text;
}

std::string bitmap() {
  Random random(2);
  std::string pixels;
  unsigned grey = 128;
  while (pixels.size() < 262144) {
    grey = (grey + 253 + static_cast<unsigned>(random.below(7))) & 255;
    pixels += static_cast<char>(grey);
  }
  return pixels;
}

std::string prose() {
  Random random(3);
  std::string text;
  while (text.size() < 220000) {
    text.append(words[random.below(words.size())]).append(random.chance(0.1) ? ",\n" : " ");
  }
  return text;
}

std::string html() {
  Random random(4);
  std::string text = "<!DOCTYPE html><html lang=\"el\"><body>\n";
  while (text.size() < 200000) {
    text += "<li class=\"item\"><a href=\"/page/" + std::to_string(random.below(5000)) + "\">";
    text.append("\u03ba\u1f79\u03c3\u03bc\u03b5 ").append(words[random.below(words.size())]);
    text += "</a></li>\n";
  }
  return text;
}

std::string noise() {
  Random random(5);
  std::string bytes;
  while (bytes.size() < 300000) bytes += static_cast<char>(random.next());
  return bytes;
}

constexpr std::array<std::size_t, 18> sizes = {16,    64,    256,    1024,   4096,   8192,
                                               16384, 32768, 65536,  131072, 8192,   16384,
                                               32768, 65536, 131072, 131072, 131072, 131072};
constexpr std::array<std::size_t, 18> fragment_sizes = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 256, 256, 256, 256, 256, 1024, 4096, 32768};

// As many as make 64 KiB, but two at least: takeover shows from the second on.
std::size_t message_count(std::size_t size, std::size_t messages_max) {
  return std::min(messages_max, std::max<std::size_t>(2, (1 << 16) / size));
}

// The next `size` bytes of `source`, which starts again at its end. Text goes on to where a
// character begins.
std::string next_payload(const Data& source, std::size_t& at, std::size_t size) {
  const std::string& bytes = *source.bytes;
  auto is_inside = [&] {
    return source.opcode == 1 && (static_cast<unsigned char>(bytes[at]) & 0xC0) == 0x80;
  };
  std::string payload;
  while (payload.size() < size || is_inside()) {
    std::size_t wish = std::max<std::size_t>(size - std::min(size, payload.size()), 1);
    std::size_t count = std::min(wish, bytes.size() - at);
    payload.append(bytes, at, count);
    at = (at + count) % bytes.size();
  }
  return payload;
}

CaseSteps steps(const Data& source, std::size_t index, std::size_t messages_max) {
  CaseSteps all;
  std::size_t at = 0;
  for (std::size_t count = message_count(sizes[index], messages_max); count > 0; --count) {
    std::string payload = next_payload(source, at, sizes[index]);
    std::size_t fragment_size = fragment_sizes[index] ? fragment_sizes[index] : CaseStep::all;
    all.push_back({.kind = CaseStep::Kind::message,
                   .opcode = source.opcode,
                   .payload = payload,
                   .fragment_size = fragment_size});
    all.push_back(answer(source.opcode, std::move(payload)));
  }
  return all;
}

void add(std::vector<WebSocketCase>& cases, const std::string& section, const Data& source,
         const DeflateParameters& parameters, std::size_t messages_max) {
  for (std::size_t index = 0; index < sizes.size(); ++index) {
    std::string description =
        "compressed messages of " + std::to_string(sizes[index]) + " characters: " + source.what;
    if (fragment_sizes[index]) {
      description += ", in fragments of " + std::to_string(fragment_sizes[index]);
    }
    cases.push_back({section + "." + std::to_string(index + 1), description,
                     [=] { return steps(source, index, messages_max); }, parameters});
  }
}

}  // namespace

void add_compression_cases(std::vector<WebSocketCase>& cases, std::size_t messages_max) {
  const std::array<Data, 5> kinds = {data("JSON", 1, json()), data("a bitmap", 2, bitmap()),
                                     data("prose", 2, prose()), data("HTML", 1, html()),
                                     data("bytes that can't be compressed", 2, noise())};
  int number = 1;
  for (const Data& source : kinds) {
    add(cases, "12." + std::to_string(number++), source, {}, messages_max);
  }
  const std::array<DeflateParameters, 7> agreed = {{{15, 15, false, false},
                                                    {15, 15, true, true},
                                                    {9, 9, false, false},
                                                    {15, 15, false, false},
                                                    {9, 9, true, true},
                                                    {15, 15, true, true},
                                                    {9, 9, true, true}}};
  number = 1;
  for (const DeflateParameters& parameters : agreed) {
    add(cases, "13." + std::to_string(number++), kinds[0], parameters, messages_max);
  }
}

}  // namespace bowline::testing
