#include "bowline/os/socket_table.h"

#include "bowline/base/bytes.h"
#include "bowline/os/file_descriptor.h"
#include "bowline/os/proc_net.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <unordered_map>

namespace bowline::os {
namespace {

// States the kernel has for itself: a request for a connection, and a TCP socket that is bound but
// neither listens nor connects (listed since Linux 6.8; older kernels ignore the bit).
constexpr unsigned new_syn_received = 12;
constexpr unsigned bound_inactive = 13;

// What one message of the kernel can be cut to; it fills no more than this at once.
constexpr std::size_t answer_size_max = 32768;
constexpr timeval answer_wait_max = {2, 0};

std::optional<SocketState> to_state(unsigned number) {
  if (number == new_syn_received) return SocketState::syn_received;
  if (number == bound_inactive) return SocketState::unconnected;
  if (number < 1 || number > 11) return std::nullopt;
  return static_cast<SocketState>(number);
}

std::uint32_t to_kernel_states(std::uint32_t states) {
  if (states & bit(SocketState::syn_received)) states |= 1u << new_syn_received;
  if (states & bit(SocketState::unconnected)) states |= 1u << bound_inactive;
  return states;
}

// The structure at the front of `bytes`, or none when they are fewer.
template <class T>
bool read_front(Bytes bytes, T& out) {
  if (bytes.size() < sizeof out) return false;
  std::memcpy(&out, bytes.data(), sizeof out);
  return true;
}

Bytes view(const auto& object) {
  return {&object, sizeof object};
}

// A question to the kernel: the request structure and what follows it.
struct Question {
  nlmsghdr header{};
  std::array<char, 256> body{};
  std::size_t size = 0;

  void add(Bytes part) {
    std::memcpy(body.data() + size, part.data(), part.size());
    size += part.size();
  }
};

// Makes the kernel drop all with another local port, by a program of two jumps (inet_diag.h): each
// condition goes on when it holds and else jumps past the end, which means no.
void add_port_filter(Question& question, std::uint16_t port) {
  constexpr unsigned short condition_size = 2 * sizeof(inet_diag_bc_op);
  constexpr unsigned short past_end = sizeof(inet_diag_bc_op);
  const inet_diag_bc_op program[] = {
      {INET_DIAG_BC_S_GE, condition_size, 2 * condition_size + past_end},
      {INET_DIAG_BC_NOP, 0, port},
      {INET_DIAG_BC_S_LE, condition_size, condition_size + past_end},
      {INET_DIAG_BC_NOP, 0, port},
  };
  rtattr attribute = {RTA_LENGTH(sizeof program), INET_DIAG_REQ_BYTECODE};
  question.add(view(attribute));
  question.add(view(program));
}

int send_question(int fd, Question& question) {
  question.header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(question.size));
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  iovec parts[] = {{&question.header, sizeof question.header}, {&question.body, question.size}};
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  msghdr message{};
  message.msg_name = &kernel;
  message.msg_namelen = sizeof kernel;
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  return ::sendmsg(fd, &message, 0) < 0 ? -errno : 0;
}

int receive_answer(int fd, std::vector<char>& buffer, Bytes& answer) {
  while (true) {
    ssize_t size = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return -errno;
    if (size == 0) return -EPIPE;
    answer = Bytes(buffer.data(), static_cast<std::size_t>(size));
    return 0;
  }
}

// Gives each message of `answer` to `on_message` until that says false. 1: the end has come, 0:
// more answers follow, or -errno.
template <class OnMessage>
int take_messages(Bytes answer, OnMessage on_message) {
  nlmsghdr header;
  while (read_front(answer, header)) {
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > answer.size()) return -EBADMSG;
    Bytes body = answer.first(header.nlmsg_len).after(NLMSG_HDRLEN);
    if (header.nlmsg_type == NLMSG_DONE) {
      int result = 0;
      read_front(body, result);
      return result < 0 ? result : 1;
    }
    if (header.nlmsg_type == NLMSG_ERROR) {
      nlmsgerr error;
      return read_front(body, error) && error.error < 0 ? error.error : -EBADMSG;
    }
    if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY && !on_message(body)) return 1;
    answer = answer.after(NLMSG_ALIGN(header.nlmsg_len));
  }
  return 0;
}

// Asks, and gives all that the kernel answers to `on_message`: 0 or -errno.
template <class OnMessage>
int ask(Question& question, OnMessage on_message) {
  FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!socket.valid()) return -errno;
  // The kernel answers at once; an emulation of it that does not must not hold us for ever.
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &answer_wait_max, sizeof answer_wait_max);
  int result = send_question(socket.get(), question);
  std::vector<char> buffer(answer_size_max);
  while (result == 0) {
    Bytes answer;
    result = receive_answer(socket.get(), buffer, answer);
    if (result == 0) result = take_messages(answer, on_message);
  }
  return result < 0 ? result : 0;
}

Address to_address(int family, const std::uint32_t (&words)[4], std::uint16_t port,
                   std::uint32_t interface) {
  port = ntohs(port);
  if (family == AF_INET) return Address::ipv4(ntohl(words[0]), port);
  Address::Ipv6Bytes bytes;
  std::memcpy(bytes.data(), words, bytes.size());
  bool link_local = bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80;
  return Address::ipv6(bytes, port, link_local ? interface : 0);
}

std::optional<SocketEntry> to_inet_entry(Bytes body, SocketKind kind) {
  inet_diag_msg message;
  if (!read_front(body, message)) return std::nullopt;
  auto state = to_state(message.idiag_state);
  if (!state || (message.idiag_family != AF_INET && message.idiag_family != AF_INET6)) {
    return std::nullopt;
  }
  SocketEntry entry;
  entry.kind = kind;
  entry.state = *state;
  const inet_diag_sockid& id = message.id;
  entry.local = to_address(message.idiag_family, id.idiag_src, id.idiag_sport, id.idiag_if);
  Address peer = to_address(message.idiag_family, id.idiag_dst, id.idiag_dport, id.idiag_if);
  if (!peer.is_unspecified() || peer.port() != 0) entry.peer = peer;
  entry.receive_queue = message.idiag_rqueue;
  entry.send_queue = message.idiag_wqueue;
  entry.inode = message.idiag_inode;
  entry.uid = message.idiag_uid;
  entry.interface = id.idiag_if;
  return entry;
}

int ask_inet(const SocketQuery& query, SocketKind kind, int family,
             std::vector<SocketEntry>& entries) {
  int protocol = kind == SocketKind::tcp   ? IPPROTO_TCP
                 : kind == SocketKind::udp ? IPPROTO_UDP
                                           : IPPROTO_RAW;
  inet_diag_req_v2 request{};
  request.sdiag_family = static_cast<std::uint8_t>(family);
  request.sdiag_protocol = static_cast<std::uint8_t>(protocol);
  request.idiag_states = to_kernel_states(query.states);
  Question question;
  question.add(view(request));
  if (query.local_port) add_port_filter(question, query.local_port);
  return ask(question, [&](Bytes body) {
    auto entry = to_inet_entry(body, kind);
    // Not every kernel filters for every kind.
    bool wanted = entry && (query.states & bit(entry->state)) &&
                  (!query.local_port || entry->local.port() == query.local_port);
    if (wanted) entries.push_back(*std::move(entry));
    return entries.size() < query.count_max;
  });
}

Address to_unix_address(Bytes name) {
  std::string_view text = name.text();
  if (text.empty()) return Address::unix_unnamed();
  if (text[0] == '\0') return Address::unix_abstract(text.substr(1));
  return Address::unix_path(text.substr(0, text.find('\0')));
}

void take_unix_attribute(SocketEntry& entry, int type, Bytes value) {
  unix_diag_vfs file;
  unix_diag_rqlen queues;
  std::uint32_t number;
  if (type == UNIX_DIAG_NAME) {
    entry.local = to_unix_address(value);
  } else if (type == UNIX_DIAG_VFS && read_front(value, file)) {
    entry.file_inode = file.udiag_vfs_ino;
    entry.file_device = makedev(file.udiag_vfs_dev >> 20, file.udiag_vfs_dev & 0xFFFFF);
  } else if (type == UNIX_DIAG_PEER && read_front(value, number)) {
    entry.peer_inode = number;
  } else if (type == UNIX_DIAG_RQLEN && read_front(value, queues)) {
    entry.receive_queue = queues.udiag_rqueue;
    entry.send_queue = queues.udiag_wqueue;
  } else if (type == UNIX_DIAG_UID && read_front(value, number)) {
    entry.uid = number;
  }
}

std::optional<SocketEntry> to_unix_entry(Bytes body) {
  unix_diag_msg message;
  if (!read_front(body, message)) return std::nullopt;
  auto state = to_state(message.udiag_state);
  auto kind = unix_kind(message.udiag_type);
  if (!state || !kind) return std::nullopt;
  SocketEntry entry;
  entry.kind = *kind;
  entry.state = *state;
  entry.local = Address::unix_unnamed();
  entry.inode = message.udiag_ino;
  Bytes rest = body.after(NLMSG_ALIGN(sizeof message));
  rtattr attribute;
  while (read_front(rest, attribute)) {
    if (attribute.rta_len < sizeof attribute || attribute.rta_len > rest.size()) break;
    Bytes value = rest.first(attribute.rta_len).after(RTA_LENGTH(0));
    take_unix_attribute(entry, attribute.rta_type, value);
    rest = rest.after(RTA_ALIGN(attribute.rta_len));
  }
  return entry;
}

int ask_unix(const SocketQuery& query, std::vector<SocketEntry>& entries) {
  unix_diag_req request{};
  request.sdiag_family = AF_UNIX;
  request.udiag_states = query.states;
  request.udiag_show =
      UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN | UDIAG_SHOW_UID;
  Question question;
  question.add(view(request));
  return ask(question, [&](Bytes body) {
    auto entry = to_unix_entry(body);
    bool wanted = entry && (query.kinds & bit(entry->kind)) && (query.states & bit(entry->state));
    if (wanted) entries.push_back(*std::move(entry));
    return entries.size() < query.count_max;
  });
}

// The kernel gives each Unix socket the inode of its peer; the peer's name is in the peer's entry.
void name_unix_peers(std::vector<SocketEntry>& entries) {
  std::unordered_map<std::uint64_t, std::size_t> named;
  for (std::size_t index = 0; index < entries.size(); ++index) {
    const SocketEntry& entry = entries[index];
    if (entry.local.family() == Family::local && !entry.local.path().empty()) {
      named.emplace(entry.inode, index);
    }
  }
  for (SocketEntry& entry : entries) {
    if (entry.peer_inode == 0) continue;
    auto found = named.find(entry.peer_inode);
    entry.peer = found == named.end() ? Address::unix_unnamed() : entries[found->second].local;
  }
}

// Tries netlink, then /proc/net; drops what the first way left half done.
template <class Ask, class Read>
int either(const SocketQuery& query, std::vector<SocketEntry>& entries, Ask ask_kernel,
           Read read_proc) {
  std::size_t before = entries.size();
  int asked = query.netlink ? ask_kernel() : -ENOSYS;
  if (asked == 0) return 0;
  entries.resize(before);
  int read = read_proc();
  return read == 0 || !query.netlink ? read : asked;
}

}  // namespace

std::string_view kind_name(SocketKind kind) {
  constexpr std::string_view names[] = {"tcp", "udp", "raw", "unix", "unixgram", "seqpacket"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view state_name(SocketState state) {
  constexpr std::string_view names[] = {"ESTAB",      "SYN-SENT",  "SYN-RECV", "FIN-WAIT-1",
                                        "FIN-WAIT-2", "TIME-WAIT", "UNCONN",   "CLOSE-WAIT",
                                        "LAST-ACK",   "LISTEN",    "CLOSING"};
  return names[static_cast<std::size_t>(state) - 1];
}

int list_sockets(const SocketQuery& query, std::vector<SocketEntry>& entries) {
  entries.clear();
  int result = 0;
  auto keep_first = [&](int answer) {
    if (answer < 0 && result == 0) result = answer;
  };
  for (SocketKind kind : {SocketKind::tcp, SocketKind::udp, SocketKind::raw}) {
    if (!(query.kinds & bit(kind))) continue;
    for (int family : {AF_INET, AF_INET6}) {
      if (entries.size() >= query.count_max) return result;
      keep_first(either(
          query, entries, [&] { return ask_inet(query, kind, family, entries); },
          [&] { return read_proc_inet(query, kind, family == AF_INET6, entries); }));
    }
  }
  if (!(query.kinds & unix_kinds) || entries.size() >= query.count_max) return result;
  keep_first(either(
      query, entries, [&] { return ask_unix(query, entries); },
      [&] { return read_proc_unix(query, entries); }));
  name_unix_peers(entries);
  return result;
}

}  // namespace bowline::os
