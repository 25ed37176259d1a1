// Why a connection was lost, or never had, and what that means for the next attempt.
#pragma once

#include "bowline/base/error.h"
#include "bowline/base/time.h"
#include "bowline/net/stream.h"

namespace bowline {

struct Loss {
  Error why;
  bool is_final = false;   // the same would happen again
  Duration retry_after{};  // how long the server wants to be left alone
};

// Of connecting: bad URLs, certificates that are not trusted, std::errc::permission_denied,
// messages that can't be sent, and an HttpRefusal that no waiting changes are final.
Loss loss_of(const Error& error);
// While `stream` was talked over. A WebSocket's close code may be final as well (it tells that what
// we do is wrong), or ask to come back later (1012, 1013).
Loss loss_of(const Error& error, Stream& stream);
// The peer has ended `stream`. Nothing but that is wrong when `well` is true afterwards.
Loss end_of(Stream& stream, bool& well);

}  // namespace bowline
