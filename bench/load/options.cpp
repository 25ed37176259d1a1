#include "options.h"

#include <cstdio>
#include <cstdlib>
#include <map>

namespace load {

Options read_options(int count, char** words) {
  std::map<std::string, std::string> given;
  for (int index = 1; index < count; ++index) {
    std::string word = words[index];
    given[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
  }
  auto number = [&given](const char* name, double otherwise) {
    return given.contains(name) ? std::strtod(given[name].c_str(), nullptr) : otherwise;
  };
  Options options;
  options.mode = given["mode"];
  options.protocol = given["protocol"];
  options.port = int(number("port", 0));
  options.pid = int(number("pid", 0));
  options.connections = std::size_t(number("connections", 1));
  options.active = std::size_t(number("active", 0));
  options.size = std::size_t(number("size", 64));
  options.depth = std::size_t(number("depth", 1));
  options.count = std::size_t(number("count", 0));
  options.resume = number("resume", 0) != 0;
  options.warmup = number("warmup", 0);
  options.seconds = number("seconds", 1);
  return options;
}

void print_cost(ServerCost begin, ServerCost end, double count, double seconds) {
  std::printf("{\"messages\": %.0f, \"cpu_us\": %.4f, \"user_us\": %.4f, \"rate\": %.0f", count,
              (end.all - begin.all) / count * 1e6, (end.user - begin.user) / count * 1e6,
              count / seconds);
}

}  // namespace load
