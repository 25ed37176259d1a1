#include "cli/sockets_table.h"

#include "bowline/base/text.h"
#include "cli/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace bowline::cli {
namespace {

using os::SocketEntry;
using os::SocketKind;
using os::SocketState;
using Json = nlohmann::ordered_json;

constexpr Column columns[] = {
    {"TYPE"},
    {"STATE"},
    {"RECV-Q", Column::Kind::number},
    {"SEND-Q", Column::Kind::number},
    {"LOCAL", Column::Kind::cuttable},
    {"PEER", Column::Kind::cuttable},
    {"PROCESS", Column::Kind::cuttable},
};
constexpr std::size_t shown_owners_max = 3;

bool is_unix(const SocketEntry& socket) {
  return bit(socket.kind) & os::unix_kinds;
}

bool has_port(const SocketEntry& socket, std::uint16_t port) {
  if (socket.kind != SocketKind::tcp && socket.kind != SocketKind::udp) return false;
  return socket.local.port() == port || socket.peer.port() == port;
}

// -1, 0 or 1, by port and then by text.
int compare(const Address& left, const Address& right) {
  if (left == right) return 0;
  if (left.port() != right.port()) return left.port() < right.port() ? -1 : 1;
  return left.text().compare(right.text());
}

bool comes_before(const SocketRow& left_row, const SocketRow& right_row) {
  const SocketEntry& left = left_row.socket;
  const SocketEntry& right = right_row.socket;
  if (left.kind != right.kind) return left.kind < right.kind;
  if (is_listening(left) != is_listening(right)) return is_listening(left);
  if (int order = compare(left.local, right.local)) return order < 0;
  if (int order = compare(left.peer, right.peer)) return order < 0;
  return left.inode < right.inode;
}

std::string address_text(const Address& address) {
  bool unnamed = address.family() == Family::local && address.path().empty();
  return address.family() == Family::none || unnamed ? "*" : address.text();
}

// "python3 (1234), python3 (1235)": each process once.
std::string owners_text(const std::vector<os::SocketOwner>& owners) {
  std::string text;
  std::size_t count = 0;
  int last = 0;
  for (const os::SocketOwner& owner : owners) {
    if (owner.pid == last) continue;
    last = owner.pid;
    if (++count > shown_owners_max) continue;
    text += fmt::format("{}{} ({})", count > 1 ? ", " : "", owner.name, owner.pid);
  }
  if (count > shown_owners_max) text += fmt::format(", {} more", count - shown_owners_max);
  return count == 0 ? "-" : text;
}

Cells cells_of(const SocketRow& row) {
  const SocketEntry& socket = row.socket;
  return {std::string(kind_name(socket.kind)),
          std::string(state_name(socket.state)),
          std::to_string(socket.receive_queue),
          std::to_string(socket.send_queue),
          address_text(socket.local),
          address_text(socket.peer),
          owners_text(row.owners)};
}

Json to_json(const Address& address) {
  if (address.is_ip()) return {{"host", address.host()}, {"port", address.port()}};
  if (address.path().empty()) return nullptr;
  return {{"path", address.host()}};
}

Json to_json(const SocketRow& row) {
  const SocketEntry& socket = row.socket;
  Json processes = Json::array();
  for (const os::SocketOwner& owner : row.owners) {
    processes.push_back({{"pid", owner.pid}, {"name", owner.name}, {"fd", owner.descriptor}});
  }
  Json object;
  object["transport"] = kind_name(socket.kind);
  object["state"] = state_name(socket.state);
  object["local"] = to_json(socket.local);
  object["peer"] = to_json(socket.peer);
  object["receive_queue"] = socket.receive_queue;
  object["send_queue"] = socket.send_queue;
  object["inode"] = socket.inode;
  object["uid"] = socket.uid ? Json(*socket.uid) : Json(nullptr);
  object["pid"] = row.owners.empty() ? Json(nullptr) : Json(row.owners.front().pid);
  object["processes"] = std::move(processes);
  return object;
}

}  // namespace

bool is_listening(const SocketEntry& socket) {
  if (socket.state == SocketState::listening) return true;
  bool datagrams = socket.kind != SocketKind::tcp && socket.kind != SocketKind::unix_stream &&
                   socket.kind != SocketKind::unix_seqpacket;
  if (!datagrams || socket.state != SocketState::unconnected) return false;
  return is_unix(socket) ? !socket.local.path().empty() : socket.local.port() != 0;
}

bool matches(const SocketFilter& filter, const SocketRow& row) {
  const SocketEntry& socket = row.socket;
  if (!(filter.kinds & bit(socket.kind)) || !(filter.states & bit(socket.state))) return false;
  if (filter.listening && !is_listening(socket)) return false;
  if (filter.port && !has_port(socket, *filter.port)) return false;
  auto is_wanted = [&](const os::SocketOwner& owner) { return owner.pid == filter.pid; };
  return filter.pid == 0 || std::any_of(row.owners.begin(), row.owners.end(), is_wanted);
}

void sort_rows(std::vector<SocketRow>& rows) {
  std::sort(rows.begin(), rows.end(), comes_before);
}

std::string table_text(const std::vector<SocketRow>& rows, std::size_t width) {
  std::vector<Cells> lines;
  for (const SocketRow& row : rows) lines.push_back(cells_of(row));
  return table_text(columns, lines, width);
}

std::string json_text(const std::vector<SocketRow>& rows) {
  if (rows.empty()) return "[]\n";
  std::string text = "[\n";
  for (const SocketRow& row : rows) {
    // Names may be any bytes; JSON has characters only.
    text += to_json(row).dump(-1, ' ', false, Json::error_handler_t::replace) + ",\n";
  }
  text.resize(text.size() - 2);
  return text + "\n]\n";
}

std::optional<SocketState> parse_state(std::string_view text) {
  if (equals_ignoring_case(text, "established")) return SocketState::established;
  if (equals_ignoring_case(text, "listening")) return SocketState::listening;
  for (unsigned number = 1; os::all_states >> number; ++number) {
    auto state = static_cast<SocketState>(number);
    if (equals_ignoring_case(text, state_name(state))) return state;
  }
  return std::nullopt;
}

}  // namespace bowline::cli
