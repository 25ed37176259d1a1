#include "cli/check_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace bowline::cli {
namespace {

using Outcome = CheckStep::Outcome;

std::string_view word_for(Outcome outcome) {
  switch (outcome) {
    case Outcome::done:
      return "ok";
    case Outcome::warning:
      return "warn";
    case Outcome::failed:
      return "FAILED";
  }
  return "";
}

double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace

std::string check_text(const CheckReport& report) {
  std::string text;
  Duration all{};
  for (const CheckStep& step : report.steps) {
    all += step.duration;
    text += fmt::format("{:<6} {:<9} {:>8.1f} ms  {}\n", word_for(step.outcome), step.name,
                        milliseconds(step.duration), step.text);
    for (const std::string& detail : step.details) text += fmt::format("{:30}{}\n", "", detail);
  }
  if (report.failed()) return text;
  return text + fmt::format("all is well, in {:.1f} ms\n", milliseconds(all));
}

std::string check_json(const std::string& url, const CheckReport& report) {
  nlohmann::ordered_json whole{{"url", url}, {"ok", !report.failed()}};
  whole["steps"] = nlohmann::ordered_json::array();
  for (const CheckStep& step : report.steps) {
    nlohmann::ordered_json one{{"step", step.name},
                               {"outcome", step.outcome == Outcome::done      ? "ok"
                                           : step.outcome == Outcome::warning ? "warning"
                                                                              : "failed"},
                               {"seconds", milliseconds(step.duration) / 1000},
                               {step.outcome == Outcome::failed ? "error" : "text", step.text}};
    if (!step.details.empty()) one["details"] = step.details;
    whole["steps"].push_back(std::move(one));
  }
  return whole.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace bowline::cli
