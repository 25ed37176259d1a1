#include "cli/duration.h"

#include <charconv>

namespace bowline::cli {
namespace {

struct Unit {
  std::string_view name;
  double seconds;
};

constexpr Unit units[] = {
    {"", 1}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400},
};

constexpr double seconds_max = 100 * 365.0 * 86400;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  // from_chars also reads "inf", "1e3" and signs, which nobody means here.
  if (text.empty() || !is_digit(text[0])) return std::nullopt;
  double number = 0;
  const char* end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  std::string_view name(at, static_cast<std::size_t>(end - at));
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    double seconds = number * unit.seconds;
    if (seconds > seconds_max) return std::nullopt;
    return std::chrono::round<Duration>(std::chrono::duration<double>(seconds));
  }
  return std::nullopt;
}

}  // namespace bowline::cli
