#include "cli/bench_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace bowline::cli {
namespace {

struct Percentile {
  const char* name;
  double percent;
};

constexpr Percentile percentiles[] = {
    {"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99.9", 99.9}, {"p99.99", 99.99},
};

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double per_second(const BenchResult& result) {
  double time = seconds(result.measured);
  return time > 0 ? double(result.messages) / time : 0;
}

std::string count_text(std::uint64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", with_commas(count), count == 1 ? one : many);
}

std::string bytes_text(double bytes) {
  constexpr const char* units[] = {"B", "kB", "MB", "GB"};
  std::size_t unit = 0;
  for (; bytes >= 1000 && unit < 3; ++unit) bytes /= 1000;
  return fmt::format("{:.3g} {}", bytes, units[unit]);
}

// What came of the rate that was asked for.
std::string rate_text(const BenchOptions& options, const BenchResult& result) {
  std::string wanted = with_commas(std::uint64_t(options.rate));
  if (result.behind == 0) return fmt::format("  pace      {}/s were due, all were sent\n", wanted);
  return fmt::format(
      "  pace      {}/s were due, {} could not be sent: the peer is too slow for that, "
      "or --depth too small\n",
      wanted, with_commas(result.behind));
}

}  // namespace

std::string bench_text(const BenchOptions& options, const BenchResult& result) {
  std::string text = fmt::format("{}: {}, messages of {}, {} in flight each\n", options.url,
                                 count_text(options.connections, "connection", "connections"),
                                 count_text(options.size, "byte", "bytes"), options.depth);
  double rate = per_second(result);
  text += fmt::format("  messages  {} in {}: {}/s, {}/s each way\n", with_commas(result.messages),
                      short_duration(double(result.measured.count())),
                      with_commas(std::uint64_t(rate)), bytes_text(rate * double(options.size)));
  if (result.lost > 0) {
    text += fmt::format("  lost      {} had no answer in 200 ms\n",
                        count_text(result.lost, "datagram", "datagrams"));
  }
  if (options.rate > 0) text += rate_text(options, result);
  const Histogram& latency = result.latency;
  if (latency.count() == 0) return text + "  latency   nothing was measured\n";
  text += "  latency ";
  for (const Percentile& one : percentiles) {
    double value = double(latency.percentile(one.percent));
    text += fmt::format("  {} {} ", one.name, short_duration(value));
  }
  text += fmt::format("  max {}\n", short_duration(double(latency.max())));
  text += "  verified  every byte that came\n";
  return text;
}

std::string bench_json(const BenchOptions& options, const BenchResult& result) {
  nlohmann::ordered_json json;
  json["url"] = options.url;
  json["connections"] = options.connections;
  json["size"] = options.size;
  json["depth"] = options.depth;
  json["threads"] = options.threads;
  if (options.rate > 0) {
    json["rate"] = options.rate;
  } else {
    json["rate"] = nullptr;
  }
  json["seconds"] = seconds(result.measured);
  json["messages"] = result.messages;
  json["messages_per_second"] = per_second(result);
  json["bytes_per_second"] = per_second(result) * double(options.size);
  json["lost"] = result.lost;
  json["behind"] = result.behind;
  auto& latency = json["latency_us"];
  latency["count"] = result.latency.count();
  latency["min"] = double(result.latency.min()) / 1e3;
  latency["mean"] = result.latency.mean() / 1e3;
  for (const Percentile& one : percentiles) {
    latency[one.name] = double(result.latency.percentile(one.percent)) / 1e3;
  }
  latency["max"] = double(result.latency.max()) / 1e3;
  json["interrupted"] = result.signal != 0;
  if (result.failure) {
    json["error"] = result.failure->what();
  } else {
    json["error"] = nullptr;
  }
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string bench_progress_text(const BenchOptions& options, const BenchProgress& progress,
                                double answers_per_second) {
  if (progress.passed <= Duration()) {
    return fmt::format("connecting: {} of {}", with_commas(progress.connected),
                       with_commas(options.connections));
  }
  std::string speed = with_commas(std::uint64_t(answers_per_second)) + "/s";
  if (options.count) {
    return fmt::format("{} of {} messages, {}", with_commas(progress.answers),
                       with_commas(options.count), speed);
  }
  Duration left = progress.passed - options.warmup;
  if (left < Duration()) return "warming up: " + speed;
  return fmt::format("{:.1f} of {:.1f} s, {}", seconds(left), seconds(options.duration), speed);
}

std::string short_duration(double nanoseconds) {
  constexpr const char* units[] = {"ns", "us", "ms", "s"};
  std::size_t unit = 0;
  for (; nanoseconds >= 999.5 && unit < 3; ++unit) nanoseconds /= 1000;
  if (unit == 0 || nanoseconds >= 99.95) return fmt::format("{:.0f} {}", nanoseconds, units[unit]);
  return fmt::format("{:.{}f} {}", nanoseconds, nanoseconds >= 9.995 ? 1 : 2, units[unit]);
}

std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t end = text.size(); end > 3;) text.insert(end -= 3, 1, ',');
  return text;
}

}  // namespace bowline::cli
