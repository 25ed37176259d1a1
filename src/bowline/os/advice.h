// What to try when a call on a socket failed: the last part of an error's text. It is looked up in
// the running system (who holds that port, which ports listen), so it is for errors that are shown,
// not for those that are part of a plan.
//
//   bind to tcp://127.0.0.1:8000: address already in use: process 1234 (python3) listens there; ...
#pragma once

#include "bowline/base/address.h"

#include <string>

namespace bowline::os {

// What was tried. `open` is the making of a socket, before it has an address.
enum class Action { bind, listen, connect, accept, send, receive, open };

// A few words on one line for `error_number`, a positive number of errno; empty when there is
// nothing to add. `address` is the one bound to or the peer's, and may be Family::none. Takes a
// tenth of a second at most, on hosts with very many open files; usually a millisecond. Never
// throws, keeps errno, and says less when out of descriptors or memory.
std::string advice(Action action, const Address& address, int error_number) noexcept;

}  // namespace bowline::os
