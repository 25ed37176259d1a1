// The system calls on sockets, thin: a value of zero or more, or -errno. A call that a signal
// interrupted is made again. Every new descriptor is closed on exec(2).
#pragma once

#include "bowline/base/address.h"
#include "bowline/base/bytes.h"
#include "bowline/base/time.h"
#include "bowline/os/file_descriptor.h"

#include <span>
#include <vector>

namespace bowline::os {

// socket(2). `type` is SOCK_STREAM and the like, with SOCK_NONBLOCK added when wanted.
int open_socket(Family family, int type, int protocol = 0);
// Two connected Unix sockets (socketpair(2)): 0 or -errno.
int open_pair(int type, FileDescriptor& first, FileDescriptor& second);

// bind(2), listen(2), connect(2): 0 or -errno; -ENAMETOOLONG for a Unix path that does not fit. A
// TCP connect that a signal interrupts goes on by itself like a non-blocking one: -EINPROGRESS.
int bind_to(int fd, const Address& address);
int listen_on(int fd, int backlog);
int connect_to(int fd, const Address& address);
// connect(2) that waits, whether `fd` blocks or not, and has ended by `deadline`: 0, -ETIMEDOUT or
// -errno. After a failure `fd` can connect again, also to another address.
int connect_until(int fd, const Address& address, Time deadline);
// accept4(2): the new descriptor. `peer` may be null. `nonblocking` is for the new one.
int accept_from(int fd, Address* peer, bool nonblocking);

// send(2), recv(2): how many bytes. Sending to a peer that is gone answers -EPIPE, never a signal.
int send_bytes(int fd, Bytes bytes, int flags = 0);
int receive_bytes(int fd, MutableBytes bytes, int flags = 0);
// One datagram. `to` may be Family::none on a connected socket. `from` and `truncated` (set when
// the datagram was longer than `bytes`, and its end is lost) may be null.
int send_to(int fd, Bytes bytes, const Address& to, int flags = 0);
int receive_from(int fd, MutableBytes bytes, Address* from, bool* truncated, int flags = 0);

// Descriptors travel with bytes over a Unix socket (SCM_RIGHTS, unix(7)): at most 64 at once, and
// at least one byte with them.
inline constexpr std::size_t handle_count_max = 64;
int send_with_handles(int fd, Bytes bytes, std::span<const int> handles, int flags = 0);
// Adds what came to `handles`. When some did not fit into this process (its limit of open files)
// all that came are closed and the answer is -EMSGSIZE: half a set is of no use to anyone.
int receive_with_handles(int fd, MutableBytes bytes, std::vector<FileDescriptor>& handles,
                         int flags = 0);

// shutdown(2) with SHUT_RD, SHUT_WR or SHUT_RDWR.
int shutdown_socket(int fd, int how);

// Options that are an int (socket(7), tcp(7), ip(7), ipv6(7)). option() puts its value in `value`,
// which may be negative, so that the answer is 0 or -errno.
int set_option(int fd, int level, int name, int value);
int option(int fd, int level, int name, int& value);
// Options that are a structure: `value` is its bytes.
int set_option_bytes(int fd, int level, int name, Bytes value);

// O_NONBLOCK (fcntl(2)): 0 or 1, and 0 or -errno.
int is_nonblocking(int fd);
int set_nonblocking(int fd, bool nonblocking);

// Waits until `fd` has one of `events` (POLLIN, POLLOUT) or failed: what it has, or -ETIMEDOUT when
// `deadline` came first (ppoll(2)). A deadline that has passed still looks once.
int wait_for(int fd, short events, Time deadline);

// Who is at the other end of a connected Unix socket, as the kernel vouches for it (SO_PEERCRED).
struct PeerCredentials {
  int pid = 0;
  unsigned uid = 0;
  unsigned gid = 0;
};
int peer_credentials(int fd, PeerCredentials& credentials);

// How many bytes are in the send queue (SIOCOUTQ, tcp(7)): not acknowledged, or by the peer of a
// Unix socket not read, which counts the kernel's own memory with them.
int unsent_size(int fd);

}  // namespace bowline::os
