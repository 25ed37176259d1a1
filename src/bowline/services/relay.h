// Carrying what comes on one connection to another and back, whatever transports they are: what
// `bowline relay` does for each client.
#pragma once

#include "bowline/services/upstreams.h"

#include <type_traits>

namespace bowline {

struct RelayOptions {
  // Nothing came from either side for so long: both are reset.
  Duration idle_timeout = std::chrono::minutes(10);
};
static_assert(std::is_trivially_destructible_v<RelayOptions>);

// Until both ends have ended: the end of one is passed on to the other as a half-close, while the
// other direction goes on. Between two WebSockets, messages stay what they are, with their
// boundaries, and a close goes on with its code and reason; elsewhere each message is written as
// bytes, and what came together is a message. Between sockets, large pieces never leave the kernel.
// Throws Error when one side fails or nothing comes for too long. Then both are reset, and a
// WebSocket is closed with 1011, so that nobody takes for whole what is not. A side that takes no
// more may still have something to say: only its own end, or failure to read it, ends that.
Task<> relay(Stream one, Stream other, RelayOptions options = {});

// Serves `client`, as a Server's handler does, by one of `upstreams`, which must outlive it. When
// none can be reached, `client` is reset, and that is the Error.
Task<> relay_to(Upstreams& upstreams, Stream client, RelayOptions options = {});

}  // namespace bowline
