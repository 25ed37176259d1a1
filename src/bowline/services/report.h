// The report service: each message is answered with what was received and from whom, as Python
// would show both: [CONNECTION] Received b'Hello' from ('127.0.0.1', 50312).
#pragma once

#include "bowline/session/message_stream.h"

namespace bowline {

Task<> serve_report(MessageStream messages);

}  // namespace bowline
