// listen(url): a Socket that others can connect to, in one line. It listens until it is closed
// or goes out of scope.
#pragma once

#include "bowline/socket/socket.h"

namespace bowline {

// Listens at a stream URL: "tcp://localhost:8000", ":8000" (all interfaces, IPv4),
// "unix:/run/app.sock", "unix:@name". Port 0 is any that is free; see local_address(). A name means
// the first of its addresses that can be had, IPv4 first.
//
// The file of a Unix socket is removed when the Socket is closed. One that a process left behind
// when it was killed is replaced; one that somebody listens on is std::errc::address_in_use.
Socket listen(std::string_view url, const Socket::ListenOptions& options = {},
              Deadline deadline = {});

}  // namespace bowline
