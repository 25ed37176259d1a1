// Waiting until a file descriptor of the program's own can be read or written: standard input, a
// pipe, a library's socket. The program then calls read(2) or write(2) itself.
#pragma once

#include "bowline/net/network.h"

namespace bowline {

// Until a read(2) of `handle` would not block: it has bytes, is at its end, or has an error to
// give. Regular files always are. The descriptor need not be non-blocking; who else reads it may be
// first, so that the read blocks after all. It stays the caller's, who keeps it open as long as the
// loop lasts. One wait a direction at a time. Throws Error when cancelled or when it can't be
// waited for.
Task<> readable(Network network, Handle handle);

// The same for write(2): how much fits is for the kernel to know, one byte at least (pipes:
// PIPE_BUF bytes). A pipe whose reader has gone counts as writable, and the write fails.
Task<> writable(Network network, Handle handle);

}  // namespace bowline
