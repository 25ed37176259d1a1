// Times in HTTP's fields (RFC 9110 5.6.7, 10.2.3).
#pragma once

#include "bowline/base/time.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace bowline {

// "Sun, 06 Nov 1994 08:49:37 GMT"; the two forms that were old in 1999 are not read.
std::optional<std::chrono::sys_seconds> read_http_date(std::string_view text);

// What a field Retry-After says: seconds, or a date, which is compared with that of the field Date,
// both of the server's clock. Zero when it can't be read, or is over; a day at most.
Duration read_retry_after(std::string_view retry_after, std::string_view date);

}  // namespace bowline
