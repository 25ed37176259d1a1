// Sockets that a process gets from who starts it, by the protocol of sd_listen_fds(3): they are its
// descriptors from 3 on, and the environment says how many, for which process, and what each is
// called. systemd gives them so, and bowline when it restarts itself.
#pragma once

#include "bowline/base/inherited_socket.h"

#include <span>
#include <string>
#include <vector>

namespace bowline::os {

inline constexpr int inherited_first = 3;

// Adds those that were meant for this process to `sockets`, whose handles are the caller's to
// close. They are closed on exec(2) from now on, those that listen or are bound do not block, and
// the environment does not tell of them any more. 0, or -EINVAL when what it said makes no sense,
// or -EBADF when there are fewer. To be called once, before other threads begin (setenv(3)).
// `first` is for tests.
int take_inherited_sockets(std::vector<InheritedSocket>& sockets, int first = inherited_first);

// What tells a new process of `sockets`, in this order: LISTEN_FDS and LISTEN_FDNAMES. LISTEN_PID
// is missing, for who knows that.
std::vector<std::string> inheritance_variables(std::span<const InheritedSocket> sockets);

}  // namespace bowline::os
