#include "bowline/sim/trace.h"

#include <fmt/format.h>

namespace bowline::sim {

void Trace::add(Duration since, std::string_view line) {
  if (!on()) return;
  std::string whole = fmt::format("{:>14} {}\n", seconds_text(since), line);
  for (char c : whole) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  if (tracing_ == Tracing::text && text_.size() + whole.size() <= text_size_max) text_ += whole;
}

std::string_view Trace::last_lines(std::size_t count) const {
  std::size_t begin = text_.size();
  while (count > 0 && begin > 0) {
    std::size_t before = begin < 2 ? std::string::npos : text_.rfind('\n', begin - 2);
    begin = before == std::string::npos ? 0 : before + 1;
    --count;
  }
  return std::string_view(text_).substr(begin);
}

std::string seconds_text(Duration duration) {
  constexpr std::int64_t second = 1'000'000'000;
  return fmt::format("{}.{:09}", duration.count() / second, duration.count() % second);
}

}  // namespace bowline::sim
