// The rows of `bowline sockets`: which to show, in what order, and their text. Nothing here asks
// the system.
#pragma once

#include "bowline/os/socket_owners.h"
#include "bowline/os/socket_table.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bowline::cli {

struct SocketRow {
  os::SocketEntry socket;
  std::vector<os::SocketOwner> owners;
};

struct SocketFilter {
  std::uint32_t kinds = os::ip_kinds | os::unix_kinds;
  std::uint32_t states = os::all_states;
  bool listening = false;             // only what waits for peers, see is_listening()
  std::optional<std::uint16_t> port;  // TCP and UDP, either end
  int pid = 0;                        // 0: any
};

// A socket that listens, or takes datagrams from anyone: bound, without a peer.
bool is_listening(const os::SocketEntry& socket);
bool matches(const SocketFilter& filter, const SocketRow& row);

// By transport, what listens first, then by port and address.
void sort_rows(std::vector<SocketRow>& rows);

// A header and a line for each row, columns aligned. No line has more than `width` characters; what
// does not fit is cut in its middle. 0: no limit.
std::string table_text(const std::vector<SocketRow>& rows, std::size_t width);
// An array with an object on each line.
std::string json_text(const std::vector<SocketRow>& rows);

// "LISTEN", "listening", "estab", "established", "time-wait" and so on, in any case.
std::optional<os::SocketState> parse_state(std::string_view text);

}  // namespace bowline::cli
