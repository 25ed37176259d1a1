// What a server knows of itself as Prometheus takes it: the text format, version 0.0.4. All names
// begin with bowline_, but for those of the process that every program gives.
#pragma once

#include "bowline/os/process_usage.h"
#include "bowline/server/status.h"
#include "bowline/services/upstreams.h"

#include <string>
#include <vector>

namespace bowline {

inline constexpr const char* metrics_type = "text/plain; version=0.0.4; charset=utf-8";

// Each family with a line of help; those of a service are labelled with its name, its transport and
// its URL, those of an upstream with its URL. What `connections` have in their queues is summed up
// by service.
std::string metrics_text(const ServerStatus& status, const os::ProcessUsage& usage,
                         const std::vector<ConnectionStatus>& connections = {},
                         const std::vector<UpstreamStatus>& upstreams = {});

}  // namespace bowline
