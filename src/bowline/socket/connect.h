// connect(url): a Socket connected to wherever a URL leads, in one line. It comes connected or
// as an Error, within the deadline.
#pragma once

#include "bowline/socket/socket.h"

namespace bowline {

// Connects to a stream URL: "tcp://localhost:8000", "unix:/run/app.sock", "unix:@name". The
// addresses of a name are tried one after the other. `deadline` covers all of it: the name lookup
// and every try. The socket itself has no timeout.
Socket connect(std::string_view url, Deadline deadline = {});
Socket connect(const Address& address, Deadline deadline = {});

}  // namespace bowline
