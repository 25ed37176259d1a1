// Name lookups that end by a deadline, although the system's lookup can't be stopped: a thread of
// its own does it, and is left behind when it takes too long. It ends by itself.
#pragma once

#include "bowline/os/resolve.h"
#include "bowline/socket/deadline.h"

#include <string>

namespace bowline {

// As os::look_up(); std::errc::timed_out when `deadline` comes first. Without a deadline, and for
// literals, no thread is started.
os::Lookup look_up(const std::string& host, std::uint16_t port, bool passive, Family family,
                   Deadline deadline);

// The same with any `answer` in place of the system's lookup. It may still run when this returned,
// so it must own what it uses.
using Answer = os::Lookup (*)(const std::string& host, std::uint16_t port, bool passive,
                              Family family);
os::Lookup look_up_with(Answer answer, const std::string& host, std::uint16_t port, bool passive,
                        Family family, Deadline deadline);

// What to try when a lookup failed; may be empty.
std::string lookup_advice(std::error_code error, const std::string& host, Family family);

}  // namespace bowline
