#include "bowline/proto/http_time.h"

#include "bowline/proto/http_text.h"

#include <algorithm>

namespace bowline {
namespace {

using namespace std::chrono;

constexpr seconds retry_after_max = days(1);

// Two or four digits at `at`, or -1.
int number_at(std::string_view text, std::size_t at, std::size_t count) {
  auto number = read_decimal(text.substr(at, count));
  return number ? static_cast<int>(*number) : -1;
}

// 1 to 12, or 0.
unsigned month_of(std::string_view name) {
  constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
  std::size_t at = names.find(name);
  return at != names.npos && at % 3 == 0 ? static_cast<unsigned>(at / 3 + 1) : 0;
}

}  // namespace

std::optional<sys_seconds> read_http_date(std::string_view text) {
  constexpr std::string_view form = "???, ?? ??? ???? ??:??:?? GMT";
  if (text.size() != form.size()) return std::nullopt;
  for (std::size_t index = 0; index < form.size(); ++index) {
    if (form[index] != '?' && form[index] != text[index]) return std::nullopt;
  }
  int day_number = number_at(text, 5, 2);
  int hour = number_at(text, 17, 2);
  int minute = number_at(text, 20, 2);
  int second = number_at(text, 23, 2);
  int year_number = number_at(text, 12, 4);
  bool numbers = std::min({day_number, hour, minute, second, year_number}) >= 0;
  if (!numbers || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  year_month_day date = year(year_number) / month_of(text.substr(8, 3)) / day_number;
  if (!date.ok()) return std::nullopt;
  return sys_days(date) + hours(hour) + minutes(minute) + seconds(second);
}

Duration read_retry_after(std::string_view retry_after, std::string_view date) {
  seconds wait{};
  if (auto count = read_decimal(retry_after)) {
    wait = seconds(std::min<std::uint64_t>(*count, retry_after_max.count()));
  } else if (auto until = read_http_date(retry_after), now = read_http_date(date); until && now) {
    wait = *until - *now;
  }
  return std::clamp(wait, seconds(0), retry_after_max);
}

}  // namespace bowline
