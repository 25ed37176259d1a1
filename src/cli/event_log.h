// What a server says of itself on stderr: a line for each event, for people or as JSON.
#pragma once

#include "bowline/server/server.h"
#include "bowline/services/upstreams.h"

#include <string>
#include <string_view>

namespace bowline::cli {

enum class LogFormat { text, json, none };

// What becomes of a hot restart.
struct RestartEvent {
  enum class Kind { starting, done, failed, refused };
  Kind kind;
  int process = 0;  // the new one; 0: there is none
  std::string failure;
};

// The line for `event`, without its end. `time` is the wall clock, for JSON: RFC 3339, UTC.
std::string text_line(const ServerEvent& event);
std::string json_line(const ServerEvent& event, const std::string& time);

// A line of the program itself: `what` ("certificates") was loaded anew, or why that failed.
std::string reload_line(std::string_view what, const std::string& failure, LogFormat format,
                        const std::string& time);

// A line that tells of a danger which stops nothing.
std::string warning_line(const std::string& text, LogFormat format, const std::string& time);

std::string text_line(const UpstreamEvent& event);
std::string json_line(const UpstreamEvent& event, const std::string& time);

std::string text_line(const RestartEvent& event);
std::string json_line(const RestartEvent& event, const std::string& time);

// Writes `event` to stderr: one whole line, from any thread.
void log_event(const ServerEvent& event, LogFormat format);
void log_event(const UpstreamEvent& event, LogFormat format);
void log_warning(const std::string& text, LogFormat format);
void log_event(const RestartEvent& event, LogFormat format);
void log_reload(std::string_view what, const std::string& failure, LogFormat format);
void log_reload(std::string_view what, const Result<void>& reloaded, LogFormat format);

}  // namespace bowline::cli
