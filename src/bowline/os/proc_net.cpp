#include "bowline/os/proc_net.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

namespace bowline::os {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// Gives each line to `on_line` until that says false: 0 or -errno.
template <class OnLine>
int for_each_line(const std::string& path, OnLine on_line) {
  std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "re"));
  if (!file) return -errno;
  char* line = nullptr;
  std::size_t capacity = 0;
  ssize_t size;
  while ((size = ::getline(&line, &capacity, file.get())) > 0) {
    std::string_view text(line, static_cast<std::size_t>(size));
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (!on_line(text)) break;
  }
  std::free(line);
  return 0;
}

// The next field of `line`, which loses it; empty at the end.
std::string_view next_field(std::string_view& line) {
  std::size_t begin = line.find_first_not_of(' ');
  if (begin == std::string_view::npos) return line = {};
  line.remove_prefix(begin);
  std::string_view field = line.substr(0, line.find(' '));
  line.remove_prefix(field.size());
  return field;
}

template <class Number>
bool read_number(std::string_view text, int base, Number& number) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

// "LEFT:RIGHT", both hexadecimal.
template <class Left, class Right>
bool read_pair(std::string_view text, Left& left, Right& right) {
  std::size_t colon = text.find(':');
  return colon != std::string_view::npos && read_number(text.substr(0, colon), 16, left) &&
         read_number(text.substr(colon + 1), 16, right);
}

// "0100007F:1F40": the address as one or four words of this machine's byte order, then the port.
bool read_address(std::string_view text, Address& address) {
  constexpr std::size_t word_digits = 8;
  std::size_t digits = text.find(':');
  if (digits != word_digits && digits != 4 * word_digits) return false;
  std::uint32_t words[4] = {};
  for (std::size_t at = 0; at * word_digits < digits; ++at) {
    if (!read_number(text.substr(at * word_digits, word_digits), 16, words[at])) return false;
  }
  std::uint16_t port;
  if (!read_number(text.substr(digits + 1), 16, port)) return false;
  Address::Ipv6Bytes bytes;
  std::memcpy(bytes.data(), words, bytes.size());
  address =
      digits == word_digits ? Address::ipv4(ntohl(words[0]), port) : Address::ipv6(bytes, port);
  return true;
}

std::optional<SocketState> to_state(std::string_view field) {
  unsigned number;
  if (!read_number(field, 16, number) || number < 1 || number > 12) return std::nullopt;
  // 12 is the kernel's own number for a connection that is being made.
  return number == 12 ? SocketState::syn_received : static_cast<SocketState>(number);
}

// <linux/net.h>: what /proc/net/unix calls states, and the flag of a socket that listens.
constexpr unsigned unix_connected = 3;
constexpr unsigned unix_listens = 1u << 16;

}  // namespace

std::optional<SocketKind> unix_kind(int type) {
  if (type == SOCK_STREAM) return SocketKind::unix_stream;
  if (type == SOCK_DGRAM) return SocketKind::unix_datagram;
  if (type == SOCK_SEQPACKET) return SocketKind::unix_seqpacket;
  return std::nullopt;
}

std::optional<SocketEntry> parse_proc_inet(std::string_view line, SocketKind kind) {
  SocketEntry entry;
  entry.kind = kind;
  next_field(line);  // the slot
  Address peer;
  if (!read_address(next_field(line), entry.local)) return std::nullopt;
  if (!read_address(next_field(line), peer)) return std::nullopt;
  if (!peer.is_unspecified() || peer.port() != 0) entry.peer = peer;
  auto state = to_state(next_field(line));
  if (!state) return std::nullopt;
  entry.state = *state;
  if (!read_pair(next_field(line), entry.send_queue, entry.receive_queue)) return std::nullopt;
  next_field(line);  // the timer
  next_field(line);  // retransmissions
  std::uint32_t uid;
  if (!read_number(next_field(line), 10, uid)) return std::nullopt;
  entry.uid = uid;
  next_field(line);  // probes unanswered
  if (!read_number(next_field(line), 10, entry.inode)) return std::nullopt;
  return entry;
}

std::optional<SocketEntry> parse_proc_unix(std::string_view line) {
  next_field(line);  // the kernel's address
  next_field(line);  // references
  next_field(line);  // protocol
  unsigned flags;
  int type;
  unsigned state;
  SocketEntry entry;
  if (!read_number(next_field(line), 16, flags)) return std::nullopt;
  if (!read_number(next_field(line), 16, type)) return std::nullopt;
  if (!read_number(next_field(line), 16, state)) return std::nullopt;
  if (!read_number(next_field(line), 10, entry.inode)) return std::nullopt;
  auto kind = unix_kind(type);
  if (!kind) return std::nullopt;
  entry.kind = *kind;
  entry.state = flags & unix_listens      ? SocketState::listening
                : state == unix_connected ? SocketState::established
                                          : SocketState::unconnected;
  if (line.starts_with(' ')) line.remove_prefix(1);
  entry.local =
      line.starts_with('@') ? Address::unix_abstract(line.substr(1)) : Address::unix_path(line);
  return entry;
}

int read_proc_inet(const SocketQuery& query, SocketKind kind, bool ipv6,
                   std::vector<SocketEntry>& entries) {
  std::string path = "/proc/net/" + std::string(kind_name(kind)) + (ipv6 ? "6" : "");
  int result = for_each_line(path, [&](std::string_view line) {
    auto entry = parse_proc_inet(line, kind);
    bool wanted = entry && (query.states & bit(entry->state)) &&
                  (!query.local_port || entry->local.port() == query.local_port);
    if (wanted) entries.push_back(*std::move(entry));
    return entries.size() < query.count_max;
  });
  return ipv6 && result == -ENOENT ? 0 : result;
}

int read_proc_unix(const SocketQuery& query, std::vector<SocketEntry>& entries) {
  return for_each_line("/proc/net/unix", [&](std::string_view line) {
    auto entry = parse_proc_unix(line);
    bool wanted = entry && (query.kinds & bit(entry->kind)) && (query.states & bit(entry->state));
    if (wanted) entries.push_back(*std::move(entry));
    return entries.size() < query.count_max;
  });
}

}  // namespace bowline::os
