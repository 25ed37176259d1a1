#include "cli/event_log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>

namespace bowline::cli {
namespace {

using Kind = ServerEvent::Kind;

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::unclaimed:
      return "unclaimed";
    case Kind::listening:
      return "listening";
    case Kind::accepted:
      return "accepted";
    case Kind::identified:
      return "identified";
    case Kind::closed:
      return "closed";
    case Kind::refused:
      return "refused";
    case Kind::accept_failed:
      return "accept_failed";
    case Kind::stopping:
      return "stopping";
    case Kind::stopped:
      return "stopped";
  }
  return "";
}

std::string_view upstream_kind_name(UpstreamEvent::Kind kind) {
  switch (kind) {
    case UpstreamEvent::Kind::added:
      return "upstream_added";
    case UpstreamEvent::Kind::healthy:
      return "upstream_healthy";
    case UpstreamEvent::Kind::failing:
      return "upstream_failing";
    case UpstreamEvent::Kind::draining:
      return "upstream_draining";
    case UpstreamEvent::Kind::drained:
      return "upstream_drained";
  }
  return "";
}

std::string_view restart_kind_name(RestartEvent::Kind kind) {
  switch (kind) {
    case RestartEvent::Kind::starting:
      return "restart_starting";
    case RestartEvent::Kind::done:
      return "restart_done";
    case RestartEvent::Kind::failed:
      return "restart_failed";
    case RestartEvent::Kind::refused:
      return "restart_refused";
  }
  return "";
}

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string wall_clock() {
  auto now =
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  auto whole = std::chrono::time_point_cast<std::chrono::seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(whole), (now - whole).count());
}

void write_line(std::string line) {
  line += '\n';
  (void)!::write(STDERR_FILENO, line.data(), line.size());
}

template <class Event>
void write_event(const Event& event, LogFormat format) {
  if (format == LogFormat::none) return;
  write_line(format == LogFormat::json ? json_line(event, wall_clock()) : text_line(event));
}

}  // namespace

std::string text_line(const ServerEvent& event) {
  switch (event.kind) {
    case Kind::unclaimed:
      return fmt::format("closed {}, which was inherited: no --listen asks for it", event.url);
    case Kind::listening:
      return fmt::format("listening on {} ({})", event.url, event.service);
    case Kind::accepted:
      return fmt::format("connection {} from {}", event.connection, event.url);
    case Kind::identified:
      return fmt::format("connection {} is {}", event.connection, event.user);
    case Kind::closed:
      return event.failure.empty()
                 ? fmt::format("connection {} closed after {:.3f} s", event.connection,
                               seconds(event.duration))
                 : fmt::format("connection {} failed after {:.3f} s: {}", event.connection,
                               seconds(event.duration), event.failure);
    case Kind::refused:
      return fmt::format("refused {}: {} ({} refused in all)", event.url, event.failure,
                         event.connection);
    case Kind::accept_failed:
      return event.failure;
    case Kind::stopping:
      return "stopping";
    case Kind::stopped:
      return fmt::format("stopped: {} connection{} served{}", event.connection,
                         event.connection == 1 ? "" : "s",
                         event.cut > 0 ? fmt::format(", {} cut off", event.cut) : "");
  }
  return "";
}

std::string json_line(const ServerEvent& event, const std::string& time) {
  nlohmann::ordered_json line{{"time", time}, {"event", kind_name(event.kind)}};
  if (event.kind == Kind::stopped) {
    line["served"] = event.connection;
    line["cut"] = event.cut;
  } else if (event.kind == Kind::refused) {
    line["refused"] = event.connection;
  } else if (event.connection != 0) {
    line["connection"] = event.connection;
  }
  if (!event.service.empty()) line["service"] = event.service;
  if (!event.url.empty()) line["url"] = event.url;
  if (!event.user.empty()) line["user"] = event.user;
  if (event.kind == Kind::closed) line["seconds"] = seconds(event.duration);
  if (!event.failure.empty()) line["error"] = event.failure;
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string text_line(const UpstreamEvent& event) {
  switch (event.kind) {
    case UpstreamEvent::Kind::added:
      return fmt::format("upstream {} added", event.url);
    case UpstreamEvent::Kind::healthy:
      return fmt::format("upstream {} is healthy", event.url);
    case UpstreamEvent::Kind::failing:
      return fmt::format("upstream {} is failing: {}", event.url, event.failure);
    case UpstreamEvent::Kind::draining:
      return fmt::format("upstream {} drains: {} connection{} left", event.url, event.connections,
                         event.connections == 1 ? "" : "s");
    case UpstreamEvent::Kind::drained:
      return fmt::format("upstream {} is drained", event.url);
  }
  return "";
}

std::string json_line(const UpstreamEvent& event, const std::string& time) {
  nlohmann::ordered_json line{
      {"time", time}, {"event", upstream_kind_name(event.kind)}, {"upstream", event.url}};
  if (event.kind == UpstreamEvent::Kind::draining) line["connections"] = event.connections;
  if (!event.failure.empty()) line["error"] = event.failure;
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string text_line(const RestartEvent& event) {
  switch (event.kind) {
    case RestartEvent::Kind::starting:
      return fmt::format("restarting: process {} starts", event.process);
    case RestartEvent::Kind::done:
      return fmt::format("process {} has taken over", event.process);
    case RestartEvent::Kind::failed:
      return fmt::format("restart failed, so this process goes on: {}", event.failure);
    case RestartEvent::Kind::refused:
      return fmt::format("restart refused: {}", event.failure);
  }
  return "";
}

std::string json_line(const RestartEvent& event, const std::string& time) {
  nlohmann::ordered_json line{{"time", time}, {"event", restart_kind_name(event.kind)}};
  if (event.process != 0) line["process"] = event.process;
  if (!event.failure.empty()) line["error"] = event.failure;
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string reload_line(std::string_view what, const std::string& failure, LogFormat format,
                        const std::string& time) {
  if (format == LogFormat::json) {
    nlohmann::ordered_json line{
        {"time", time}, {"event", failure.empty() ? "reloaded" : "reload_failed"}, {"what", what}};
    if (!failure.empty()) line["error"] = failure;
    return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  if (failure.empty()) return fmt::format("{} loaded anew", what);
  return fmt::format("{} stay as they were: {}", what, failure);
}

std::string warning_line(const std::string& text, LogFormat format, const std::string& time) {
  if (format != LogFormat::json) return "warning: " + text;
  nlohmann::ordered_json line{{"time", time}, {"event", "warning"}, {"text", text}};
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void log_warning(const std::string& text, LogFormat format) {
  if (format != LogFormat::none) write_line(warning_line(text, format, wall_clock()));
}

void log_reload(std::string_view what, const std::string& failure, LogFormat format) {
  if (format != LogFormat::none) write_line(reload_line(what, failure, format, wall_clock()));
}

void log_reload(std::string_view what, const Result<void>& reloaded, LogFormat format) {
  log_reload(what, reloaded ? std::string() : reloaded.error().what(), format);
}

void log_event(const ServerEvent& event, LogFormat format) {
  write_event(event, format);
}

void log_event(const UpstreamEvent& event, LogFormat format) {
  write_event(event, format);
}

void log_event(const RestartEvent& event, LogFormat format) {
  write_event(event, format);
}

}  // namespace bowline::cli
