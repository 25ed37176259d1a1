#include "cli/upstream_list.h"

#include "bowline/client/connect.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>

namespace bowline::cli {
namespace {

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  std::size_t begin = line.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(blanks) - begin + 1);
}

}  // namespace

Result<std::vector<std::string>> parse_upstreams(std::string_view text) {
  std::vector<std::string> urls;
  for (int number = 1; !text.empty(); ++number) {
    std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    if (Result<void> target = check_target(std::string(line)); !target) {
      const Error& error = target.error();
      return Error(error.code(), fmt::format("line {}: {}", number, error.what()));
    }
    urls.emplace_back(line);
  }
  return urls;
}

Result<std::vector<std::string>> load_upstreams(std::vector<std::string> named,
                                                const std::string& file) {
  for (const std::string& url : named) {
    if (Result<void> target = check_target(url); !target) return target.error();
  }
  std::string action = "read the upstreams in " + file;
  if (!file.empty()) {
    std::ifstream stream(file);
    if (!stream.is_open()) return make_error(errno, action);
    std::ostringstream text;
    text << stream.rdbuf();
    Result<std::vector<std::string>> listed = parse_upstreams(text.str());
    if (!listed) {
      return Error(listed.error().code(), fmt::format("{}, {}", action, listed.error().what()));
    }
    named.insert(named.end(), listed->begin(), listed->end());
  }
  if (named.empty()) {
    return make_error(make_error_code(Errc::bad_address), file.empty() ? "relay" : action,
                      "there is no upstream; name one with --to URL, or one a line in a file");
  }
  return named;
}

}  // namespace bowline::cli
