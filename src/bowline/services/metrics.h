// What a server knows of itself as Prometheus takes it: the text format, version 0.0.4. All names
// begin with bowline_, but for those of the process that every program gives.
#pragma once

#include "bowline/server/status.h"

#include <cstdint>
#include <optional>
#include <string>

namespace bowline {

struct ProcessUsage {
  double cpu_seconds = 0;             // of user and system, since it began
  double start_time_seconds = 0;      // since 1970
  std::uint64_t resident_memory = 0;  // bytes
  std::uint64_t virtual_memory = 0;
  std::uint64_t open_files = 0;
  std::uint64_t open_files_max = 0;
};

inline constexpr const char* metrics_type = "text/plain; version=0.0.4; charset=utf-8";

// Each family with a line of help; those of a service are labelled with its name, its transport and
// its URL. Without `usage` nothing is said of the process.
std::string metrics_text(const ServerStatus& status, const std::optional<ProcessUsage>& usage = {});

}  // namespace bowline
