// The sockets of this host, or rather of this process's network namespace: what `ss` and
// `netstat -an` show. Asked of the kernel by netlink (sock_diag(7)); where a sandbox refuses that,
// read from /proc/net. A table is no snapshot: sockets come and go while the kernel lists them.
#pragma once

#include "bowline/base/address.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace bowline::os {

enum class SocketKind : std::uint8_t { tcp, udp, raw, unix_stream, unix_datagram, unix_seqpacket };

// The numbers are the kernel's. Datagram sockets are `unconnected` or, with a peer, `established`.
enum class SocketState : std::uint8_t {
  established = 1,
  syn_sent,
  syn_received,
  fin_wait_1,
  fin_wait_2,
  time_wait,
  unconnected,
  close_wait,
  last_ack,
  listening,
  closing,
};

// "tcp", "udp", "raw", "unix", "unixgram", "seqpacket".
std::string_view kind_name(SocketKind kind);
// As `ss` has them: "LISTEN", "ESTAB", "TIME-WAIT", "UNCONN" and so on.
std::string_view state_name(SocketState state);

// Sets of kinds and of states, joined by `|`.
constexpr std::uint32_t bit(SocketKind kind) {
  return 1u << static_cast<unsigned>(kind);
}
constexpr std::uint32_t bit(SocketState state) {
  return 1u << static_cast<unsigned>(state);
}
inline constexpr std::uint32_t all_states = 0xFFE;
inline constexpr std::uint32_t ip_kinds = 0x7;
inline constexpr std::uint32_t unix_kinds = 0x38;

struct SocketEntry {
  SocketKind kind = SocketKind::tcp;
  SocketState state = SocketState::unconnected;
  // For raw sockets the port is the number of the protocol (raw(7)). For Unix sockets `peer` is the
  // name of the other end when the table has that end too; Family::none without a peer.
  Address local;
  Address peer;
  // Bytes waiting to be read, and not yet acknowledged or taken by the peer. For listeners the
  // connections waiting to be accepted, and the backlog (0: not known, from /proc/net).
  std::uint32_t receive_queue = 0;
  std::uint32_t send_queue = 0;
  std::uint64_t inode = 0;           // 0: no process has it any more (TIME-WAIT, orphans)
  std::optional<std::uint32_t> uid;  // who made it
  std::uint32_t interface = 0;       // the index of the one it is bound to; 0: any
  // Unix only, 0 when not known: the other end, and the socket's file as stat(2) has it.
  std::uint64_t peer_inode = 0;
  std::uint64_t file_inode = 0;
  std::uint64_t file_device = 0;
};

struct SocketQuery {
  std::uint32_t kinds = ip_kinds | unix_kinds;
  std::uint32_t states = all_states;
  // Only IP sockets bound to this port; 0: any.
  std::uint16_t local_port = 0;
  // What is over is left out, and never read from the kernel.
  std::size_t count_max = 1'000'000;
  bool netlink = true;  // false: /proc/net only
};

// Fills `entries` in the kernel's order; what it held is dropped. 0, or -errno when a kind that was
// asked for could be listed in neither way; the others are there even then.
int list_sockets(const SocketQuery& query, std::vector<SocketEntry>& entries);

}  // namespace bowline::os
