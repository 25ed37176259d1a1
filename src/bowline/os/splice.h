// Moving bytes between a socket and a pipe inside the kernel, without copying them (splice(2)).
#pragma once

#include "bowline/os/file_descriptor.h"

#include <cstddef>

namespace bowline::os {

// A pipe (pipe(2)): 0 or -errno.
int open_pipe(FileDescriptor& reading, FileDescriptor& writing);

// At most `size` bytes from a socket into a pipe, or the other way round: how many, 0 at the end of
// the stream, -EAGAIN rather than wait for bytes or for room. Waiting is what a blocking socket
// would do all the same: say so with `blocks`, and it does not block during the call. Sending to a
// peer that is gone answers -EPIPE, never a signal.
int splice_from(int socket, int pipe, std::size_t size, bool blocks);
int splice_to(int pipe, int socket, std::size_t size, bool blocks);

}  // namespace bowline::os
