// The tables of /proc/net (proc(5)): the socket table where netlink is refused. They lack the
// backlog of listeners, the peers and owners of Unix sockets, and abstract names with zero bytes.
#pragma once

#include "bowline/os/socket_table.h"

#include <optional>
#include <string_view>
#include <vector>

namespace bowline::os {

// Add what passes `query` to `entries`: 0 or -errno. A kernel without IPv6 has no IPv6 sockets,
// which is no error.
int read_proc_inet(const SocketQuery& query, SocketKind kind, bool ipv6,
                   std::vector<SocketEntry>& entries);
int read_proc_unix(const SocketQuery& query, std::vector<SocketEntry>& entries);

// One line of such a table; none for its header and for what can't be read.
std::optional<SocketEntry> parse_proc_inet(std::string_view line, SocketKind kind);
std::optional<SocketEntry> parse_proc_unix(std::string_view line);

// SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET of a Unix socket; none for other types.
std::optional<SocketKind> unix_kind(int type);

}  // namespace bowline::os
